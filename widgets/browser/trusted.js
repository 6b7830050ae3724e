// The one place where this page's scripts make markup of text: by the page's rules for that (theme/partials/trusted.html),
// where the browser has Trusted Types, and as it is elsewhere.

export function parsed(text) {
  const template = document.createElement("template");
  template.innerHTML = globalThis.trustedTypes?.defaultPolicy?.createHTML(text) ?? text;
  return template.content;
}
