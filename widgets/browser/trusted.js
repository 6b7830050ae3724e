// The one place where this page's scripts make markup of text: by the page's rules for that
// (theme/partials/trusted.html), where the browser has Trusted Types, and as it is elsewhere.

const trusted = (text) => globalThis.trustedTypes?.defaultPolicy?.createHTML(text) ?? text;

// Throws a TypeError for markup that the rules refuse.
export function parsed(text) {
  const template = document.createElement("template");
  template.innerHTML = trusted(text);
  return template.content;
}

// Of markup from storage, where anyone on this origin may have put it.
export function isAllowed(text) {
  try {
    return Boolean(trusted(text));
  } catch {
    return false;
  }
}
