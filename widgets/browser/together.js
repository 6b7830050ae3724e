// What came with one link is kept or left together: a figure's state, and those of the figures that it builds on.

import * as links from "./links.js";
import { isEmpty } from "./record.js";
import * as store from "./store.js";

const namesOf = (figure) => [figure.name, ...figure.needs.filter((need) => links.linked(need) !== null)];

// Whether no state of the reader's own would have to make place.
export const areFree = (figure) =>
  namesOf(figure).every((name) => {
    const own = store.read(name);
    return isEmpty(own) || own.log === links.linked(name);
  });

export function keep(figure) {
  const names = namesOf(figure);
  for (const name of names) {
    const present = figure.python.figure(name);
    if (present) present.keepOwn();
    else store.own(name, links.linked(name));
  }
  links.strip(names);
}

export function leave(figure) {
  const names = namesOf(figure);
  for (const name of names) figure.python.figure(name)?.backToOwn();
  links.strip(names);
}
