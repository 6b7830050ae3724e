// "Copy link": the address of a figure's state, with those of the figures that it builds on.

import { copy } from "./facilities.js";
import * as links from "./links.js";
import * as store from "./store.js";

// Characters that every chat program carries; and those beyond which mail programs and servers give up.
const SAFE = 2_000;
const MOST = 30_000;

// To this figure's state, or to that of one that it builds on.
export async function copyLink(figure, notices, of = figure.name) {
  const unanswered = await figure.settled();
  const names = of === figure.name ? [of, ...figure.needs] : [of];
  const logs = logsOf(figure, names);
  if (!logs[of]) return unanswered ? notices.say("warn", lacking(unanswered), { id: "link" }) : undefined;
  const address = links.linkTo(logs),
    more = unanswered ? ` ${lacking(unanswered)}` : "";
  return address.length > SAFE ? offerShorter(figure, notices, names, address, more) : handOver(notices, address, more);
}

// What a link can't hold, since Python can't be had.
export const lacking = (steps) =>
  steps === 1
    ? "The last step is not in a link: it could not be computed."
    : `The last ${steps} steps are not in a link: they could not be computed.`;

// The states of these figures as texts, as they are seen from one of them; empty where nothing has happened.
export function logsOf(figure, names = [figure.name, ...figure.needs]) {
  return Object.fromEntries(names.map((name) => [name, logOf(figure, name) ?? ""]));
}

function logOf(figure, name) {
  if (name === figure.name) return figure.log;
  const peer = figure.python.figure(name);
  return peer ? peer.log : (links.linked(name) ?? store.read(name).log);
}

async function handOver(notices, address, more = "") {
  const said = (address.length > SAFE ? ` ${ofLength(address)}` : "") + more;
  if (await copy(address))
    return notices.say("info", `The link to this state is on your clipboard.${said}`, { id: "link" });
  const field = fieldOf("input", "The link to this state", { value: address });
  notices.say("info", `This browser lets no page copy. Here is the link to this state.${said} `, {
    id: "link",
    more: field,
  });
  return field.select();
}

function ofLength({ length }) {
  const said = `It has ${inWords(length)} characters`;
  return length > MOST
    ? `${said}: mail, chats and some browsers can’t carry it.`
    : `${said}, and some chat programs cut links beyond ${inWords(SAFE)}.`;
}

// A field from which a text can be copied by hand.
export function fieldOf(tag, label, attributes) {
  const field = Object.assign(document.createElement(tag), { readOnly: true, className: "copied", ...attributes });
  field.setAttribute("aria-label", label);
  return field;
}

// What makes a link long may be a file or long texts: it can do without.
async function offerShorter(figure, notices, names, address, more) {
  const reply = await figure.python.ask({ type: "link", widget: figure.name, of: names });
  const texts = Object.entries(reply?.links ?? {});
  const short = links.linkTo(Object.fromEntries(texts.map(([name, each]) => [name, each.short])));
  const without = texts.reduce((sum, [, each]) => sum + each.left_out, 0);
  if (!without && address.length <= MOST) return handOver(notices, address, more);
  const actions = { "Copy it all the same": () => handOver(notices, address, more), Dismiss: () => {} };
  const said = `The link to this state is long. ${ofLength(address)}`;
  if (!without) return notices.say("warn", said, { actions, id: "link" });
  const what = without === 1 ? "the long text or file" : "the long texts and files";
  return notices.say("warn", `${said} Without ${what} in it there are ${inWords(short.length)}.`, {
    actions: { "Copy the short one": () => handOver(notices, short, more), ...actions },
    id: "link",
  });
}

const inWords = (number) => number.toLocaleString("en");
