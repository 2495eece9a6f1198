/*
 * What every page must be, looked at in the browser: nothing that axe-core finds against WCAG 2.2 A
 * and AA, valid HTML and not much of it, nothing wider than the window, no script or style written
 * into the page, and nothing in its address or title that tells what it is about.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { HtmlValidate } from "html-validate";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const TELLING = new RegExp("våld|viol|drog|drug|alkohol|alcohol|drick|drink|missbruk|abuse|psyk|" +
  "mental|substance|misuse|separat|skilsm|divorc|skydd|shelter", "i");
const PAGE_BYTES = 50 * 1024;
const validator = new HtmlValidate({ extends: ["html-validate:standard"] });
const WIDTHS = { narrow: 320, wide: 1280 };

/** What axe finds, as "rule: selector"; `only` names the rules when not all are wanted. */
export async function violations(page, only) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
  return page.evaluate(async ([tags, rules]) => {
    const found = await window.axe.run(document, {
      resultTypes: ["violations"],
      runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
      ...(rules ? {} : { rules: { "target-size": { enabled: true } } }),
    });
    return found.violations.flatMap((one) => one.nodes.map((node) => {
      const why = node.any[0] ?? node.all[0] ?? node.none[0];
      return `${one.id}: ${node.target.join(" ")}: ${why?.message}`;
    }));
  }, [TAGS, only]);
}

function neutral(page, title) {
  const { pathname, search } = new URL(page.url());
  const address = decodeURIComponent(pathname + search);
  assert.ok(!TELLING.test(address), `the address ${address} tells`);
  assert.ok(!TELLING.test(title), `the title "${title}" tells`);
}

/** The page as it came: `html` is its source. */
function plain(html) {
  assert.ok(!/<script(?![^>]*\bsrc=)/i.test(html), "a script is written into the page");
  assert.ok(!/<style|\sstyle=|\son[a-z]+=/i.test(html), "a style or a handler is in the page");
  assert.ok(!/(src|href|action)="(https?:)?\/\//i.test(html.replaceAll(/data-to="[^"]*"/g, "")),
    "the page leads elsewhere");
}

/** What breaks the rules of HTML, as "rule: message". */
export async function invalid(html) {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) => messages.map((one) =>
    `${one.ruleId}: ${one.message} (line ${one.line})`));
}

/** All that must hold of a page's source. */
async function source(html) {
  plain(html);
  assert.deepEqual(await invalid(html), []);
  const bytes = Buffer.byteLength(html);
  assert.ok(bytes <= PAGE_BYTES, `the page has ${bytes} bytes, the most is ${PAGE_BYTES}`);
}

/** A picture of each page in each look, once, for people: ids and tokens are no part of its name. */
async function keep(page, one) {
  const folder = process.env.TEST_PICTURES;
  if (!folder || !page.url().startsWith("http")) return;
  const where = new URL(page.url()).pathname.split("/")
    .map((part) => (/^[\w-]{16,}$|^\d+$|^[A-Z0-9]{6,}$/.test(part) ? "x" : part)).join("-");
  const file = path.join(folder, `${where.slice(1) || "start"}, ${one}.png`);
  if (!existsSync(file)) await page.screenshot({ path: file });
}

export const THOROUGH = ["narrow light", "wide light", "wide dark"];

/**
 * All of it in each of the looks. `answer` is the response that brought the page, `telling` says
 * that its title may tell what it is about.
 */
export async function look(page, answer, { looks = THOROUGH, telling = false } = {}) {
  const found = [];
  const title = await page.title();
  assert.ok(title.length > 3, "the page has a title");
  if (!telling) neutral(page, title);
  if (answer) await source(await answer.text());
  for (const one of looks) {
    const [width, colorScheme] = one.split(" ");
    await page.setViewportSize({ width: WIDTHS[width], height: 800 });
    await page.emulateMedia({ colorScheme });
    const wider = await page.evaluate(() =>
      document.documentElement.scrollWidth - window.innerWidth);
    if (wider > 0) found.push(`${one}: ${wider} px wider than the window`);
    await keep(page, one);
    const only = colorScheme === "dark" ? ["color-contrast"] : undefined;
    found.push(...(await violations(page, only)).map((what) => `${one}: ${what}`));
  }
  assert.deepEqual(found, []);
}

/** The headers that each page of people's must have. */
export function strict(headers, referrer = "no-referrer") {
  const policy = headers["content-security-policy"] ?? "";
  for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
    assert.ok(policy.includes(part), `the policy has ${part}: ${policy}`);
  assert.ok(!/unsafe|https?:|\*/.test(policy), policy);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["referrer-policy"], referrer);
  assert.equal(headers["x-content-type-options"], "nosniff");
}
