// Drives Firefox over WebDriver BiDi: reads a line of JSON, { open }, {
// evaluate }, { click } or { type }, and answers with a line of JSON.

import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: process.argv[2],
  headless: true,
});
const page = await browser.newPage();

const work = {
  open: (address) => page.goto(address, { waitUntil: "load" }).then(() => null),
  evaluate: (script) => page.evaluate(script),
  click: (selector) => page.click(selector).then(() => null),
  type: (letters) => page.keyboard.type(letters).then(() => null),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [[name, value]] = Object.entries(JSON.parse(line));
  const answer = await work[name](value).then(
    (result) => ({ result }),
    (error) => ({ error: error.message }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
