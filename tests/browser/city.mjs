/*
 * What the browser's tests share: a city of their own (private cluster, all daemons, a folder of
 * letters), Debian's Chromium in front of it, and a count of what held.
 *
 * A page may load nothing from elsewhere and run nothing that is not a file of ours: every context
 * here sees to it, and `finish` fails when one was tempted.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const run = promisify(execFile);
const build = process.env.GRUPPSTOD_TEST_BUILD;
const WAIT_MS = 20000, LOOK_MS = 50;

// --- the count ---

let good = 0, bad = 0;

/** One thing that must hold; the program goes on when it does not. */
export async function test(name, body) {
  const started = Date.now();
  try {
    await body();
    good++;
    console.log(`ok ${good + bad} - ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    bad++;
    console.log(`not ok ${good + bad} - ${name}`);
    console.log(String(error.stack ?? error).replace(/^/gm, "  "));
  }
}

/** Looks again and again until `condition` gives something; never a fixed pause. */
export async function until(what, condition, most = WAIT_MS) {
  const end = Date.now() + most;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${most} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

// --- the city ---

function listens(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Three free ports in a row, below those that the system gives away by itself. */
async function freePorts() {
  for (let tries = 0; tries < 200; tries++) {
    const port = 20000 + 4 * Math.floor(Math.random() * 3000);
    if ((await Promise.all([0, 1, 2].map((n) => listens(port + n)))).every(Boolean)) return port;
  }
  throw new Error("no three free ports in a row");
}

function decoded(body, coding) {
  if (/base64/i.test(coding)) return Buffer.from(body, "base64").toString("utf8");
  if (!/quoted-printable/i.test(coding)) return body;
  const bytes = body.replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function readLetter(source) {
  const [head, ...rest] = source.split(/\r?\n\r?\n/);
  const header = (text, name) =>
    new RegExp(`^${name}: *((?:.|\\r?\\n[ \\t])*)`, "im").exec(text)?.[1] ?? "";
  const letter = { to: header(head, "To"), subject: header(head, "Subject"), text: "", html: "" };
  const boundary = /boundary="?([^";\r\n]+)/i.exec(head)?.[1];
  for (const part of rest.join("\r\n\r\n").split(`--${boundary}`)) {
    const cut = part.search(/\r?\n\r?\n/);
    const kind = /content-type: *text\/(plain|html)/i.exec(part.slice(0, cut))?.[1];
    if (kind) letter[kind === "plain" ? "text" : "html"] =
      decoded(part.slice(cut).trim(), header(part.slice(0, cut), "Content-Transfer-Encoding"));
  }
  return letter;
}

export class City {
  /**
   * With the demo's settings, or with the built-in defaults; the demo's people either way. Letters
   * go at every hour: a test that runs by night must not wait for the morning. `settings` are more
   * lines of the settings file.
   */
  static async start({ demo = true, settings = "" } = {}) {
    assert.ok(build, "GRUPPSTOD_TEST_BUILD names the folder of the build");
    assert.notEqual(os.userInfo().uid, 0, "PostgreSQL refuses root: run this as another user");
    const city = new City();
    city.folder = await mkdtemp(path.join(process.env.TMPDIR ?? os.tmpdir(), "c"));
    city.var = path.join(city.folder, "v");
    city.port = await freePorts();
    city.requests = new Set();
    city.wrong = [];
    try {
      await mkdir(path.join(city.var, "conf.d"), { recursive: true });
      await writeFile(path.join(city.var, "conf.d", "hours.ini"),
        "[notification]\nsend_from_hour = 0\nsend_to_hour = 24\n" +
        `quiet_periods = false\n[scheduling]\nconflicts_first = no\n${settings}`);
      await city.gruppstod("up", "--init", "--port", `${city.port}`, ...(demo ? ["--demo"] : []));
      if (!demo) await city.gruppstod("up", "--demo"); // its people, without its settings
      city.chromium = await chromium.launch({
        executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
          "--disable-background-networking", "--disable-component-update", "--disable-sync",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
      });
    } catch (error) {
      await city.stop();
      throw error;
    }
    return city;
  }

  get url() { return `http://127.0.0.1:${this.port}`; }
  get desk() { return `http://127.0.0.1:${this.port + 1}`; }
  get mailbox() { return `http://127.0.0.1:${this.port + 2}`; }

  /** What the command says on stdout; an error says what it said on stderr. */
  async gruppstod(...args) {
    const { stdout } = await run(`${build}/bin/gruppstod`, ["--var", this.var, ...args],
      { timeout: 120000, maxBuffer: 1 << 24 });
    return stdout;
  }

  async stop() {
    await this.chromium?.close();
    await this.gruppstod("down").catch((error) => console.log(`# down: ${error.message}`));
    await rm(this.folder, { recursive: true, force: true });
  }

  // A browser that keeps to the city

  /**
   * A person's browser: `options` are playwright's (javaScriptEnabled, viewport, colorScheme).
   * `scripts: false` lets none of ours through, where a test must run code of its own in the page.
   */
  async visitor({ scripts = true, ...options } = {}) {
    const context = await this.chromium.newContext({ locale: "sv-SE", ...options });
    const ours = [this.url, this.desk, this.mailbox];
    await context.route("**/*", (route) => {
      const { origin } = new URL(route.request().url());
      if (!scripts && route.request().resourceType() === "script")
        return route.fulfill({ status: 200, contentType: "text/javascript", body: "" });
      if (ours.includes(origin)) return route.continue();
      this.requests.add(origin);
      return route.fulfill({ status: 200, contentType: "text/html", body: "<title>away</title>" });
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.wrong.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      // A page that answers 4xx with words is no fault of the page.
      if (message.type() === "error" && !/status of (4|503)/.test(message.text()))
        this.wrong.push(`${page.url()}: ${message.text()}`);
    });
    page.setDefaultTimeout(WAIT_MS);
    return page;
  }

  /** An answer as it goes over the wire, without a browser. */
  ask(where, options = {}) {
    return fetch(new URL(where, this.url), { redirect: "manual", ...options });
  }

  // Letters and traces

  async letters() {
    const folder = path.join(this.var, "mail");
    const names = (await readdir(folder)).filter((name) => /^[^.].*\.eml$/.test(name)).sort();
    return Promise.all(names.map(async (name) =>
      readLetter(await readFile(path.join(folder, name), "latin1"))));
  }

  /** Without those to leaders, who are told of their groups when these are booked. */
  async lettersToFamilies() {
    return (await this.letters()).filter((one) => !one.to.includes("@arbete.example.org"));
  }

  /** The letter to that address whose words `words` match. */
  letterTo(address, words = /svara ja, nej|answer yes or no/) {
    return until(`a letter to ${address} that says ${words}`, async () =>
      (await this.letters()).find((one) => one.to.includes(address) && words.test(one.text)));
  }

  /** Where a letter's link leads. */
  linkOf(letter) {
    const link = /http:\/\/\S+/.exec(letter.text)?.[0];
    assert.ok(link?.startsWith(this.url), `the letter's link leads to ${link}`);
    return link;
  }

  /** The state of a referral, by the code that its family has. */
  async stateOf(code) {
    const rows = JSON.parse(await this.gruppstod("-o", "json", "get", "referrals"));
    return rows.find((row) => row.code === code);
  }

  /** Its hops in the order they were handled: "place_offered>notification". */
  async hops(code) {
    const rows = JSON.parse(await this.gruppstod("trace", code, "-o", "json"));
    return rows.map((row) => `${row.kind}>${row.receiver}`);
  }

  /** Waits for the last hop of `way`, and finds all of it in that order. */
  async went(code, way) {
    const hops = await until("the last hop", async () => {
      const found = await this.hops(code);
      return found.includes(way.at(-1)) && found;
    });
    const at = way.map((hop) => hops.indexOf(hop));
    assert.ok(!at.includes(-1), `no ${way[at.indexOf(-1)]} in ${hops.join(" ")}`);
    assert.deepEqual(at, [...at].sort((a, b) => a - b), hops.join(" "));
  }

  /** Waits until the referral with that code is in one of the states, and says which. */
  reaches(code, ...states) {
    return until(`${code} becomes ${states.join(" or ")}`, async () => {
      const row = await this.stateOf(code);
      return states.includes(row?.state) && row.state;
    });
  }
}

// --- forms, as a person fills them in ---

/** Types into the fields of that name; a list ticks boxes, a date fills three. */
export async function fill(page, answers) {
  const kinds = await page.evaluate((names) => names.map((name) => {
    const field = document.querySelector(`[name="${name}"]`);
    return field.localName === "select" ? "select" : field.type;
  }), Object.keys(answers));
  for (const [index, [name, value]] of Object.entries(answers).entries()) {
    const field = `[name="${name}"]`;
    if (kinds[index] === "radio" || kinds[index] === "checkbox")
      for (const one of [value].flat()) await page.check(`${field}[value="${one}"]`);
    else if (kinds[index] === "select") await page.selectOption(field, value);
    else await page.fill(field, value);
  }
}

export const birthday = (day) => Object.fromEntries(day.split("-").map((part, index) =>
  [`birth_date.${["year", "month", "day"][index]}`, part]));

/** A form sent back sooner than a person writes waits for one; so wait as long as one writes. */
export async function asSlowAsAPerson(page) {
  const shown = Number(await page.locator('[name="shown"]').first().inputValue());
  await until("a person would have written this", () => Date.now() - shown > 2100);
}

/** Back, as the browser's button: it has nothing to go back from until a page has been loaded. */
export async function back(page) {
  await page.waitForLoadState("load");
  await page.goBack();
}

/** Whether the element of that id gets the focus; a browser gives it when it has drawn the page. */
export const hasFocus = (page, id) => until(`the focus is on ${id}`, () =>
  page.evaluate((wanted) => document.activeElement.id === wanted, id), 5000);

// --- referrals without a browser, to fill a group ---

export const CALM = Object.fromEntries(["immediate_danger", "afraid_at_home", "violence_last_year",
  "other_guardian_dangerous", "protected_identity"].map((name) => [name, "no"]));

/** A whole, green referral as JSON; `changes` replace fields. */
export function referral(email, changes = {}) {
  return {
    door: "professional", source: "pupil_health", language: "sv", languages: ["sv"],
    child_name: `Barn ${email}`, birth_date: "2018-05-04", district: "farsta",
    situations: ["substance"], family_knows: "yes",
    guardians: [{ name: `Vuxen ${email}`, relation: "mother", email, email_safe: "yes" }],
    referrer: { name: "Kim Al", email: "kim@skola.example.org" }, consent_take_part: "yes",
    max_travel_min: 90, ...CALM, ...changes,
  };
}

/** Runs the tests on a city, and ends the program with how it went. */
export async function inCity(settings, body) {
  let city;
  try {
    city = await City.start(settings);
    await body(city);
    await test("nothing is wrong in the browser's own eyes", () =>
      assert.deepEqual(city.wrong, []));
  } catch (error) {
    bad++;
    console.log(`not ok ${good + bad} - ${error.stack ?? error}`);
  } finally {
    await city?.stop();
  }
  console.log(`${good} passed, ${bad} failed`);
  process.exitCode = bad ? 1 : 0;
}
