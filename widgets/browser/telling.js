// What a figure says, in messages above it, of the state that it shows and of those that are set aside.

import { renew } from "./offline.js";

// `id` and `text` are the guest's, see shown.js; `hasOwn` where the reader has a state of their own beside it.
export function tellGuest(notices, { id, text }, hasOwn, { leave, keep }) {
  const what = text === null ? "a state that was set aside" : "a linked state";
  const on = id && text !== null ? ", and what you did from there" : "";
  notices.say("info", `This figure shows ${what}${on}${hasOwn ? "; your own is kept" : ""}.`, {
    actions: { [hasOwn ? "Back to mine" : "Start from the beginning"]: leave, "Keep this one": keep },
    id: "linked",
  });
}

export function tellAside(notices, aside, { show, drop }) {
  const actions = aside.from === "unread" ? { "Drop it": drop } : { "Show it": show, "Drop it": drop };
  notices.say("info", sentence(aside), { actions, id: `aside ${aside.id}` });
}

function sentence({ from, length, pending }) {
  const count = length + pending.length;
  const steps = count === 1 ? "one step" : `${count} steps`;
  if (from === "tab") return `This figure went on in another tab. What was done here is set aside: ${steps}.`;
  if (from === "own") return `Your own state from before is set aside: ${steps}.`;
  if (from === "unread") return "What was kept of this figure can’t be read, and is set aside as it was.";
  return `What you did after a linked state is set aside: ${steps}.`;
}

export function tellUnreadable(notices, why) {
  if (why === "newer") return tellNewer(notices, "This link was made by a newer release of the book.");
  const text = "This link can’t be read: something in it was changed on its way. Ask for it once more.";
  return notices.say("error", text, { id: "link" });
}

export function tellLeftOut(notices, count, of) {
  const [steps, was] = count === 1 ? ["One step", "was"] : [`${count} steps`, "were"];
  tellNewer(notices, `${steps} of ${of} can’t be done in this release of the book and ${was} left out.`);
}

function tellNewer(notices, text) {
  notices.say("warn", text, {
    actions: { "Look for a newer release": () => renew(), Dismiss: () => {} },
    id: "release",
  });
}
