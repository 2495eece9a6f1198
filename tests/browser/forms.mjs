#!/usr/bin/env node
/*
 * The forms as a person meets them: one question a page for a child and a parent, one page with a
 * list of parts for a professional; saved and taken up again, wrong and put right, Back, reload,
 * two tabs, too late, away in a hurry, danger, by keyboard alone, without script, in Arabic.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CALM, back, birthday, fill, hasFocus, inCity, test, until } from "./city.mjs";
import { look, strict } from "./look.mjs";

const AWAY = "https://www.smhi.se/";
const PARENT = [
  { "guardians.0.name": "Åsa Öberg", "guardians.0.relation": "mother" },
  { "guardians.0.phone": "070-174 06 05" },
  { "guardians.0.phone_safe": "yes", "guardians.0.hours": "vardagar efter 16" },
  { language: "sv" }, { child_name: "Väinö" }, birthday("2018-05-04"),
  { sex: "boy", languages: "sv" }, { district: "farsta" }, { situations: ["substance"] }, {},
  ...Object.entries(CALM).map(([name, value]) => ({ [name]: value })), {},
  { consent_take_part: "yes" }, {}, { max_travel_min: "90" }, {}, { parent_wish: "no" },
  { message: "Han tycker om fotboll." },
];
const PROFESSIONAL = { source: "pupil_health", "referrer.name": "Kim Al",
  "referrer.email": "kim@skola.example.org", child_name: "Maja", ...birthday("2016-06-01"),
  district: "skarholmen", situations: ["mental"], ...CALM, "guardians.0.name": "Ola Ek",
  "guardians.0.email": "ola@example.org", "guardians.0.email_safe": "yes", language: "sv" };

/* Pages of which each has another kind of field; the others are like one of them. */
const KINDS = ["namn", "kontakt", "sprak", "fodd", "hant", "paus", "just-nu", "tider", "mer",
  "kontrollera"];

const heading = (page) => page.locator("h1").innerText();
const words = (page) => page.locator("main").innerText();
const slug = (page) => new URL(page.url()).pathname.split("/").at(-1);
const codeOf = (page) => page.locator(".code").innerText();

/** Presses a button or a link, and waits for the page that comes. */
async function press(page, selector) {
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().isNavigationRequest() && one.status() !== 303),
    page.locator(selector).first().click(),
  ]);
  await page.waitForLoadState();
  return answer;
}

const next = (page) => press(page, "button[value=next]");
const send = (page) => press(page, "button[value=send]");

async function answer(page, answers) {
  await fill(page, answers);
  return next(page);
}

async function begin(page, city, door = "foralder", language = "sv") {
  await page.goto(`${city.url}/${language}/${door}`);
  return press(page, "button[value=start]");
}

/** The parent's pages from the first one on; `at` is told of each. */
async function walk(page, changes = {}, at = async () => {}) {
  for (const answers of PARENT) {
    const mine = Object.fromEntries(Object.entries(answers).map(([name, value]) =>
      [name, changes[name] ?? value]));
    await fill(page, mine);
    await at(await next(page));
    if (slug(page) === "akut") return;
  }
  assert.equal(slug(page), "kontrollera");
}

/** A form that somebody has filled in: at its page to check. */
async function filled(page, city, changes = {}) {
  const got = await page.context().request.post(`${city.url}/sv/foralder`, { maxRedirects: 0,
    form: { step: "start", ...Object.assign({}, ...PARENT), situations: "substance", ...changes } });
  assert.equal(got.status(), 303);
  await page.goto(new URL(got.headers().location.replace("namn", "kontrollera"), city.url).href);
  assert.equal(slug(page), "kontrollera");
}

const receipt = (page) => new URL(page.url()).pathname.split("/").at(-1);

/** What the database says, asked as the daemon that owns the rows. */
async function sql(city, query) {
  const { stdout } = await promisify(execFile)("/usr/lib/postgresql/15/bin/psql", ["-Atqc", query,
    `host=${city.var}/run dbname=gruppstod user=gruppstod_intake`]);
  return stdout.trim();
}
const count = async (city, what) => Number(await sql(city, `select count(*) from ${what}`));
const referrals = (city) => count(city, "intake.referral");
const drafts = (city) => count(city, "intake.draft where sealed is not null");

/** A test with a browser of its own. */
function journey(city, name, body, options = {}) {
  return test(name, async () => {
    const page = await city.visitor(options);
    await body(page);
    await page.context().close();
  });
}

async function eachDoor(city) {
  await journey(city, "journey: a child in three answers", async (page) => {
    await page.goto(`${city.url}/sv/barn`);
    await press(page, "button[value=start]");
    const said = [];
    for (const answers of [{ child_name: "Månen" },
      { "guardians.0.phone": "070-174 06 05", "guardians.0.sms_safe": "yes" }, { age: "13" }]) {
      said.push(`${await heading(page)} ${/Fråga \d av \d/.exec(await words(page))}`);
      await look(page, null, { looks: ["narrow light"] });
      await answer(page, answers);
    }
    assert.deepEqual(said, ["Vad ska vi kalla dig? Fråga 1 av 3",
      "Hur når vi dig tryggt? Fråga 2 av 3", "Hur gammal är du? Fråga 3 av 3"]);
    assert.equal(await page.getAttribute("#leave", "href"), "/lamna");
    await send(page);
    assert.equal(await heading(page), "Tack, vi har fått det du skickade");
  });

  await journey(city, "journey: a parent, one question a page, every page looked at",
    async (page) => {
      const first = await begin(page, city);
      const headings = [];
      const at = async (got) => {
        strict(await got.allHeaders());
        await look(page, got, { looks: KINDS.includes(slug(page)) ? ["narrow light"] : [] });
        headings.push(await heading(page));
      };
      await at(first);
      await walk(page, {}, at);
      assert.equal(new Set(headings).size, headings.length, headings.join(" | "));
      assert.ok(headings.includes("Är barnet rädd för någon hemma?"), headings.join(" | "));
      const shown = await words(page);
      for (const part of ["Åsa Öberg", "4 maj 2018", "Farsta", "Han tycker om fotboll."])
        assert.ok(shown.includes(part), part);
      await at(await send(page));
      assert.match(await words(page), /En person hos oss läser det senast \S+dag/);
      const [file] = await Promise.all([page.waitForEvent("download"),
        page.getByRole("link", { name: "Spara som textfil" }).click()]);
      assert.equal(file.suggestedFilename(), "svar.txt");
      assert.ok(await page.getByRole("button", { name: "Skriv ut" }).isVisible());
    });

  await journey(city, "journey: a counsellor in two minutes: two pages, the list of parts follows",
    async (page) => {
      const started = Date.now();
      await begin(page, city, "anmal");
      await answer(page, { family_knows: "yes" });
      const state = () => page.locator("nav.parts .tag").allInnerTexts();
      assert.deepEqual(await state(), ["Behövs", "Behövs", "Behövs", "Behövs", "Behövs",
        "Frivilligt", "Frivilligt", "Frivilligt"]);
      await look(page, null, { looks: ["narrow light", "wide light"] });
      await fill(page, PROFESSIONAL);
      assert.equal((await state())[0], "Klart");
      await next(page);
      assert.equal(await heading(page), "Stämmer det här?");
      await send(page);
      assert.match(await words(page), /Du behöver fortfarande göra en orosanmälan/);
      assert.ok(Date.now() - started < 120000);
    });

  await journey(city, "journey: a teacher asks without a name", async (page) => {
    await begin(page, city, "anmal");
    await answer(page, { family_knows: "no" });
    assert.equal(await page.locator('[name="guardians.0.name"]').count(), 0);
    const { child_name, "guardians.0.name": name, "guardians.0.email": email,
      "guardians.0.email_safe": safe, language, ...rest } = PROFESSIONAL;
    await answer(page, rest);
    const shown = await words(page);
    for (const one of [child_name, name, email]) assert.ok(!shown.includes(one), one);
    assert.ok(safe && language, "what is not asked is not answered");
    await send(page);
    assert.equal(await heading(page), "Tack, vi har fått det du skickade");
  });
}

async function unhurried(city) {
  await test("journey: saved on one telephone, a wrong code, taken up on another", async () => {
    const first = await city.visitor();
    await begin(first, city);
    await answer(first, PARENT[0]);
    await fill(first, { "guardians.0.phone": "070-17" });
    await look(first, await press(first, "button[value=save]"), { looks: ["narrow light"] });
    const code = await codeOf(first);
    assert.match(await words(first), /Inget är skickat än\. Vi sparar till och med \S+dag/);
    await first.context().close();
    const second = await city.visitor();
    await second.goto(`${city.url}/sv/foralder`);
    await second.locator("main").getByRole("link", { name: "Har du sparat?" }).click();
    await fill(second, { kod: "CCCC CCCC" });
    const wrong = await press(second, "main form button");
    assert.equal(wrong.status(), 422);
    await look(second, wrong, { looks: ["narrow light"] });
    await hasFocus(second, "errors");
    assert.equal(await second.inputValue("#kod"), "CCCC CCCC");
    await fill(second, { kod: code.toLowerCase() });
    await press(second, "main form button");
    assert.equal(slug(second), "kontakt");
    assert.equal(await second.inputValue('[name="guardians.0.phone"]'), "070-17");
    await second.getByRole("link", { name: "Tillbaka" }).click();
    assert.equal(await second.inputValue('[name="guardians.0.name"]'), "Åsa Öberg");
    await second.context().close();
  });

  await journey(city, "journey: an error, its words above and at the field, and the way on",
    async (page) => {
      await begin(page, city);
      for (const answers of PARENT.slice(0, 5)) await answer(page, answers);
      const got = await answer(page, birthday("2018-2-31"));
      assert.equal(got.status(), 422);
      await look(page, got, { looks: ["narrow light", "wide dark"] });
      assert.match(await page.title(), /^Fel: /);
      await hasFocus(page, "errors");
      const link = page.locator("#errors a");
      const said = "Det datumet finns inte. Skriv dag, månad och år med siffror";
      assert.ok((await link.innerText()).endsWith(said));
      assert.match(await page.locator(".field .wrong").innerText(), new RegExp(`${said}$`));
      await link.click();
      await hasFocus(page, "birth_date");
      assert.equal(await page.inputValue('[name="birth_date.month"]'), "2");
      await answer(page, birthday("2018-2-28"));
      assert.equal(slug(page), "om-barnet");
    });

  await journey(city, "journey: Back three times, reload, and on: all is there", async (page) => {
    await begin(page, city);
    for (const answers of PARENT.slice(0, 5)) await answer(page, answers);
    for (const name of ["barnet", "sprak", "tryggt"]) {
      await back(page);
      assert.equal(slug(page), name);
    }
    assert.equal(await page.inputValue('[name="guardians.0.hours"]'), "vardagar efter 16");
    await page.reload();
    assert.ok(await page.isChecked('[name="guardians.0.phone_safe"][value="yes"]'));
    for (const name of ["sprak", "barnet", "fodd"]) {
      await next(page);
      assert.equal(slug(page), name);
    }
    await back(page);
    assert.equal(await page.inputValue('[name="child_name"]'), "Väinö");
  });

  await journey(city, "journey: an answer is changed from the page to check, and back there",
    async (page) => {
      await filled(page, city);
      await page.getByRole("link", { name: "Ändra Var bor barnet mest?" }).click();
      assert.equal(await page.inputValue('[name="district"]'), "farsta");
      await answer(page, { district: "bromma" });
      assert.equal(slug(page), "kontrollera");
      assert.match(await words(page), /Bromma/);
      await page.getByRole("link", { name: "Ändra Vad har barnet varit med om?" }).click();
      await answer(page, { situations: ["mental"] });
      assert.equal(await heading(page), "Vad väger tyngst just nu?");
      assert.equal(await page.locator("[name=primary_situation]").count(), 2);
      await answer(page, { primary_situation: "mental" });
      assert.equal(slug(page), "kontrollera");
    });

  await journey(city, "journey: the language is changed half-way, the answers stay",
    async (page) => {
      await begin(page, city);
      for (const answers of PARENT.slice(0, 4)) await answer(page, answers);
      await page.getByRole("link", { name: "English" }).click();
      assert.equal(await page.getAttribute("html", "lang"), "en");
      await answer(page, PARENT[4]);
      await back(page);
      assert.equal(await page.inputValue('[name="child_name"]'), "Väinö");
    });
}

async function sentOnce(city) {
  await journey(city, "journey: sent by a double click, again after Back, reloaded: one referral",
    async (page) => {
      await filled(page, city, { child_name: "Dubbel" });
      const before = await referrals(city);
      await page.locator("button[value=send]").dblclick();
      await page.waitForURL(/kvitto/);
      const mine = receipt(page);
      await page.reload();
      await back(page);
      assert.equal(receipt(page), mine, "the page to check leads to the receipt");
      assert.equal(await referrals(city), before + 1);
    });

  await test("journey: two tabs with a child each do not mix; one form in two tabs is one",
    async () => {
      const one = await city.visitor();
      const two = await one.context().newPage();
      await filled(one, city, { child_name: "Första" });
      await filled(two, city, { child_name: "Andra" });
      const same = await one.context().newPage();
      await same.goto(one.url());
      assert.match(await words(same), /Första/);
      assert.match(await words(two), /Andra/);
      await Promise.all([send(one), send(same)]);
      assert.equal(receipt(one), receipt(same));
      await send(two);
      assert.notEqual(receipt(two), receipt(one));
      await one.context().close();
    });
}

async function tooLate(city) {
  await journey(city, "journey: the draft is too old: what was typed now stays, and a way on",
    async (page) => {
      await begin(page, city);
      for (const answers of PARENT.slice(0, 4)) await answer(page, answers);
      await sql(city, "update intake.draft set changed_at = changed_at - interval '15 days'");
      await fill(page, { child_name: "Bevarad" });
      const got = await next(page);
      assert.equal(got.status(), 410);
      await look(page, got, { looks: ["narrow light"] });
      assert.match(await words(page), /Vi hittar inte det du skrev tidigare/);
      assert.equal(await page.inputValue('[name="child_name"]'), "Bevarad");
      await fill(page, Object.assign({}, ...PARENT, { child_name: "Bevarad" }));
      await press(page, "button[value=check]");
      await send(page);
      assert.equal(await heading(page), "Tack, vi har fått det du skickade");
    });

  await journey(city, "journey: the browser loses its cookies: said plainly, all on one page",
    async (page) => {
      await begin(page, city);
      await answer(page, PARENT[0]);
      await page.context().clearCookies();
      const got = await page.reload();
      assert.equal(got.status(), 410);
      await look(page, got, { looks: ["narrow light", "wide dark"] });
      await page.getByRole("link", { name: "Fyll i allt på en sida" }).click();
      await fill(page, Object.assign({}, ...PARENT));
      await press(page, "button[value=check]");
      assert.equal(await heading(page), "Stämmer det här?");
    });
}

async function danger(city) {
  for (const script of [true, false])
    await journey(city, `journey: a red answer, script ${script}: numbers first, then a person`,
      async (page) => {
        await begin(page, city);
        await walk(page, { afraid_at_home: "yes" });
        assert.equal(await page.getAttribute(".call a", "href"), "tel:112");
        assert.match(await words(page), /Socialjouren, 08/);
        await look(page, null, { looks: script ? ["narrow light"] : [] });
        await press(page, "main form button");
        assert.equal(slug(page), "senaste-aret");
        for (const answers of PARENT.slice(12)) await answer(page, answers);
        await send(page);
        await city.reaches(await codeOf(page), "protection_first");
      }, { javaScriptEnabled: script });

  await journey(city, "journey: violence is chosen, Shift three times: away, nothing is kept",
    async (page) => {
      await page.goto(`${city.mailbox}/`);
      await begin(page, city);
      for (const answers of PARENT.slice(0, 8)) await answer(page, answers);
      await answer(page, { situations: ["violence"] });
      const kept = page.url();
      const before = await drafts(city);
      for (let i = 0; i < 3; i++) await page.keyboard.press("Shift");
      await page.waitForURL(AWAY);
      await until("the draft is deleted", async () => await drafts(city) < before);
      assert.equal((await page.goto(kept)).status(), 410);
      assert.deepEqual(await page.context().cookies(city.url), []);
    });

  await journey(city, "journey: quick exit without script deletes what was written",
    async (page) => {
      await begin(page, city, "barn");
      await answer(page, { child_name: "Hemlig" });
      const kept = page.url();
      const before = await drafts(city);
      const gone = page.waitForRequest((request) => request.url() === AWAY);
      await page.locator("#leave").click({ noWaitAfter: true });
      await gone;
      await until("the draft is deleted", async () => await drafts(city) < before);
      assert.equal((await page.goto(kept)).status(), 410);
    }, { javaScriptEnabled: false });
}

/** Tabs to what `wanted` selects; a person would stop there too. */
async function tabTo(page, wanted) {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((one) => document.activeElement.matches(one), wanted)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way to ${wanted} by Tab`);
}

async function otherWays(city) {
  await journey(city, "keyboard: a child's three answers with Tab, Space and Enter alone",
    async (page) => {
      await page.goto(`${city.url}/sv/barn`);
      await tabTo(page, "button[value=start]");
      const enter = async () => Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
      await enter();
      await tabTo(page, '[name="child_name"]');
      await page.keyboard.type("Solen");
      await enter();
      await tabTo(page, '[name="guardians.0.phone"]');
      await page.keyboard.type("070-174 06 05");
      await tabTo(page, '[name="guardians.0.sms_safe"]');
      await page.keyboard.press("Space");
      await tabTo(page, "button[value=next]");
      await enter();
      await tabTo(page, "button[value=next]");
      await enter(); // too early: an error, and the focus on it
      await hasFocus(page, "errors");
      await tabTo(page, "#errors a");
      await page.keyboard.press("Enter");
      await hasFocus(page, "age");
      await page.keyboard.type("12");
      await enter();
      await tabTo(page, "button[value=send]");
      await enter();
      assert.equal(await heading(page), "Tack, vi har fått det du skickade");
    });

  await journey(city, "journey: a parent without script, on a narrow telephone", async (page) => {
    await begin(page, city);
    await walk(page, { child_name: "Utan skript" });
    await send(page);
    assert.equal(await heading(page), "Tack, vi har fått det du skickade");
  }, { javaScriptEnabled: false, viewport: { width: 320, height: 640 } });

  await journey(city, "journey: a parent in Arabic, from right to left", async (page) => {
    const got = await begin(page, city, "foralder", "ar");
    await look(page, got, { looks: ["narrow light", "wide light"] });
    assert.equal(await page.getAttribute("html", "dir"), "rtl");
    await look(page, await next(page), { looks: ["narrow light"] });
    for (const answers of PARENT.slice(0, 9)) await answer(page, answers);
    assert.match(await heading(page), /^[\u0600-\u06ff ]+$/);
    await filled(page, city, { "guardians.0.name": "سلمى", language: "ar" });
    await page.goto(page.url().replace("/sv/", "/ar/"));
    await look(page, null, { looks: ["narrow light"] });
    await look(page, await send(page), { looks: ["narrow light"] });
    assert.equal(await page.locator('main [lang="sv"]').count(), 0);
  });

  await journey(city, "journey: a professional in English changes one answer", async (page) => {
    await begin(page, city, "anmal", "en");
    await answer(page, { family_knows: "yes" });
    await answer(page, { ...PROFESSIONAL, language: "en" });
    await page.locator("a.change").nth(1).click();
    assert.equal(slug(page), "allt");
    assert.equal(await page.inputValue('[name="child_name"]'), "Maja");
    await next(page);
    await send(page);
    assert.match(await words(page), /concern/i);
  });
}

await inCity({ demo: true }, async (city) => {
  await eachDoor(city);
  await unhurried(city);
  await sentOnce(city);
  await tooLate(city);
  await danger(city);
  await otherWays(city);
});
