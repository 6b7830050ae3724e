// "Copy link": the address of a figure's state, with those of the figures that it builds on.

import { copy } from "./facilities.js";
import * as links from "./links.js";
import * as store from "./store.js";

// Characters that every chat program carries; and those beyond which mail programs and servers give up.
const SAFE = 2_000;
const MOST = 30_000;

// To this figure's state, or to that of one that it builds on.
export async function copyLink(figure, notices, of = figure.name) {
  await figure.settled();
  const names = of === figure.name ? [of, ...figure.needs] : [of];
  const logs = logsOf(figure, names);
  if (!logs[of]) return;
  const address = links.linkTo(logs);
  if (address.length > MOST) await offerShorter(figure, notices, names, address);
  else await handOver(notices, address);
}

// The states of these figures as texts, as they are seen from one of them; empty where nothing has happened.
export function logsOf(figure, names = [figure.name, ...figure.needs]) {
  return Object.fromEntries(names.map((name) => [name, logOf(figure, name) ?? ""]));
}

function logOf(figure, name) {
  if (name === figure.name) return figure.log;
  const peer = figure.python.figure(name);
  return peer ? peer.log : (links.linked(name) ?? store.read(name).log);
}

async function handOver(notices, address) {
  const long =
    address.length > SAFE
      ? ` It has ${inWords(address.length)} characters, and some chat programs cut links beyond ${inWords(SAFE)}.`
      : "";
  if (await copy(address))
    return notices.say("info", `The link to this state is on your clipboard.${long}`, { id: "link" });
  const field = fieldOf("input", "The link to this state", { value: address });
  notices.say("info", `This browser lets no page copy. Here is the link to this state: `, { id: "link", more: field });
  return field.select();
}

// A field from which a text can be copied by hand.
export function fieldOf(tag, label, attributes) {
  const field = Object.assign(document.createElement(tag), { readOnly: true, className: "copied", ...attributes });
  field.setAttribute("aria-label", label);
  return field;
}

// What makes a link so long is a file or a long text: it can do without.
async function offerShorter(figure, notices, names, address) {
  const { links: texts } = await figure.python.ask({
    type: "link",
    widget: figure.name,
    of: names,
  });
  const short = links.linkTo(Object.fromEntries(Object.entries(texts).map(([name, each]) => [name, each.short])));
  const without = Object.values(texts).reduce((sum, each) => sum + each.left_out, 0);
  const said =
    `The link to this state has ${inWords(address.length)} characters: ` +
    "mail, chats and some browsers can’t carry it.";
  const actions = {
    "Copy it all the same": () => handOver(notices, address),
    Dismiss: () => {},
  };
  if (!without) return notices.say("warn", said, { actions, id: "link" });
  return notices.say(
    "warn",
    `${said} Without ${without === 1 ? "the long text or file" : "the long texts and files"} in it ` +
      `there are ${inWords(short.length)}.`,
    {
      actions: {
        "Copy the short one": () => handOver(notices, short),
        ...actions,
      },
      id: "link",
    },
  );
}

const inWords = (number) => number.toLocaleString("en");
