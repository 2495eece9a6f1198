#!/usr/bin/env node
/*
 * The coordinator's planning: the board of a plan with forms alone, with the mouse and with keys,
 * two tabs, who has a leader, accepting what holds; the calendars and the coverage map.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fill, inCity, referral, test, until } from "./city.mjs";
import { look, strict } from "./look.mjs";

const LOOKS = ["narrow light", "wide dark"];
const SETTINGS = `[intake]
clear_green_automatically = true
spoken_automatically = true
[matching]
form_every = 1h
plan_time = 2s
offer_margin = 0
proposal_days = 40
board_every = 1s
`;
const TIME = /Gjort: Grupp \d: byt tid/;

async function signIn(city, user, options = {}) {
  const passwords = await readFile(path.join(city.var, "demo-sign-in.txt"), "utf8");
  const page = await city.visitor(options);
  await page.goto(`${city.desk}/in`);
  await fill(page, { namn: user,
    losenord: new RegExp(`^${user}\\s+(\\S+)`, "m").exec(passwords)[1] });
  await page.locator("main form button").click();
  await page.waitForURL(`${city.desk}/**`);
  return page;
}

/** Goes there and looks at it; gives its words. */
async function see(city, page, where, status = 200) {
  const answer = await page.goto(new URL(where, city.desk).href);
  assert.equal(answer.status(), status, where);
  strict(await answer.allHeaders(), "same-origin");
  await look(page, answer, { looks: LOOKS });
  await page.setViewportSize({ width: 1280, height: 900 });
  return page.locator("main").innerText();
}

async function send(city, count, changes) {
  const codes = [];
  for (let i = 0; i < count; i++) {
    // A name is what a child is known by, so each has letters of its own.
    const letters = "abcdefghij"[i] + "klmnopqrst"[Number(changes.birth_date[3])];
    const name = `${letters}${changes.district}`;
    const answer = await city.ask("/api/v1/referrals", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify(referral(`${name}@example.org`, {
        child_name: `Barn ${name}`, situations: ["separation"],
        ...changes })),
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    codes.push((await answer.json()).code);
  }
  return codes;
}

const outcome = (page) => page.locator(".outcome").innerText();
const card = (page, number) => page.locator(`.card[data-number="${number}"]`);
const codesIn = (page, number) => card(page, number).locator(".chip a").allInnerTexts();

/** Does what sends a form; what the page says when matching has answered. */
async function answered(page, sends) {
  const before = page.url();
  await sends();
  await until("the answer", async () => page.url() !== before &&
    await page.locator(".outcome").count() > 0 && await page.locator("[data-waits]").count() === 0);
  return outcome(page);
}

/** "Flytta barn" by the form at the top. */
async function moveByForm(page, code, to) {
  const child = await page.locator(`#barn option:has-text("${code}")`).getAttribute("value");
  await page.selectOption("#barn", child);
  const option = page.locator("#till option", { hasText: to });
  await page.selectOption("#till", await option.first().getAttribute("value"));
  return press(page, "Flytta");
}

function press(page, name) {
  const button = page.locator("main").getByRole("button", { name, exact: true });
  return answered(page, () => button.first().click());
}

/** Nothing is planned before all children wait: so one plan has them all. */
async function planFromNowOn(city) {
  const file = path.join(city.var, "conf.d", "hours.ini");
  await city.gruppstod("down");
  await writeFile(file, (await readFile(file, "utf8")).replace("form_every = 1h",
    "form_every = 1s"));
  await city.gruppstod("up");
}

async function withoutScript(city, plan) {
  await test("journey: with forms alone a child is moved, what breaks is told, and undone",
    async () => {
      const page = await signIn(city, "samordnare", { javaScriptEnabled: false });
      const where = `${city.desk}/plan/${plan}`;
      await page.goto(where);
      const [code] = await codesIn(page, 1);
      const said = await moveByForm(page, code, "Grupp 2");
      assert.match(said, new RegExp(`Gjort: Flytta barnet ${code} från grupp 1 till grupp 2`));
      assert.match(said, /Grupp 2 håller inte: (Barnet har inte åldern|Det är för långt)/);
      assert.ok((await codesIn(page, 2)).includes(code));
      assert.match(await card(page, 2).innerText(), new RegExp(`${code}: (Barnet har|Det är för)`));
      await page.reload(); // the same page again does nothing again
      assert.equal((await codesIn(page, 2)).filter((one) => one === code).length, 1);
      assert.match(await press(page, "Ångra senaste"), /Gjort: Ångra/);
      assert.ok((await codesIn(page, 1)).includes(code));
      await page.context().close();
    });
}

async function twoDistricts(city, page, plan) {
  await test("journey: a coordinator forms a group from two districts", async () => {
    await page.goto(`${city.desk}/plan/${plan}`);
    await send(city, 1, { district: "skarpnack", birth_date: "2016-05-02" });
    const number = await until("a child that waits and would fit", async () => {
      await page.goto(`${city.desk}/plan/${plan}`);
      await press(page, "Kontrollera igen");
      const waiting = await page.locator('section[data-group=""]').innerText();
      return /Skarpnäck passar i (\d)/.exec(waiting)?.[1];
    });
    await see(city, page, `/plan/${plan}`);
    await card(page, number).getByRole("link", { name: /^Ändra/ }).click();
    await see(city, page, page.url());
    await page.selectOption("#in", { index: 0 });
    assert.match(await press(page, "Ta in"), /från väntelistan till grupp (\d)[^]*Grupp \1 håller\./);
    await page.goto(`${city.desk}/plan/${plan}`);
    const words = await card(page, number).innerText();
    assert.match(words, /Skarpnäck/);
    assert.match(words, /Södermalm/);
  });
}

async function busyLeader(city, page, plan) {
  await test("journey: who has a leader that is busy is told; all is thrown away", async () => {
    await page.goto(`${city.desk}/plan/${plan}`);
    const time = (await card(page, 1).locator("dd").first().innerText()).trim();
    const leader = (await card(page, 1).locator("dd bdi").first().innerText()).trim();
    await card(page, 2).getByRole("link", { name: /^Ändra/ }).click();
    await page.selectOption("#tid", { label: time });
    assert.match(await press(page, "Byt tid"), TIME);
    const theirs = await page.locator("#nu-h ~ dl bdi").allInnerTexts();
    if (!theirs.includes(leader)) {
      await page.selectOption("#l1", { label: leader });
      assert.match(await press(page, "Byt första ledaren"), new RegExp(`byt ledare från .* till ${leader}`));
    }
    await look(page, null, { looks: LOOKS });
    await page.setViewportSize({ width: 1280, height: 900 });
    const wrong = await page.locator("main .breaks").innerText();
    assert.match(wrong, new RegExp(`${leader}: En ledare är upptagen`));
    assert.match(wrong, /Grupp 1 på tavlan har det då/);
    await page.getByRole("link", { name: "Till tavlan" }).click();
    assert.match(await card(page, 1).innerText(), /Grupp 2 på tavlan har det då/);
    assert.match(await press(page, "Kasta alla ändringar"), /Gjort: Kasta alla/);
    assert.match(await page.locator(".heading").innerText(), /alla grupper håller/);
  });
}

async function twoTabs(city, page, plan) {
  await test("journey: two coordinators, two tabs: the later one is told, and loses nothing",
    async () => {
      const other = await signIn(city, "samordnare");
      await other.goto(`${city.desk}/plan/${plan}`);
      await page.goto(`${city.desk}/plan/${plan}`);
      const [mine, theirs] = await codesIn(page, 1);
      assert.match(await moveByForm(other, theirs, "Grupp 2"), /Gjort/);
      const said = await moveByForm(page, mine, "Grupp 2");
      assert.match(said, /Gick inte: Någon hann före/);
      assert.match(await page.locator("#handelser ~ ol").innerText(), new RegExp(theirs));
      assert.ok((await codesIn(page, 1)).includes(mine), "it was not moved");
      await look(page, null, { looks: LOOKS });
      await page.setViewportSize({ width: 1280, height: 900 });
      assert.match(await press(page, "Gör ändringen ändå"), /^Gjort/);
      assert.ok((await codesIn(page, 2)).includes(mine));
      await press(page, "Kasta alla ändringar");
      await other.context().close();
    });
}

async function byKeys(city, page, plan) {
  await test("keyboard: a child is carried with the arrow keys, and each step is spoken",
    async () => {
      await page.goto(`${city.desk}/plan/${plan}`);
      const [code] = await codesIn(page, 1);
      const grip = page.getByRole("button", { name: `Bär barnet ${code}` });
      const spoken = () => page.locator("#tal").innerText();
      await grip.focus();
      await page.keyboard.press("Enter");
      assert.match(await spoken(), new RegExp(`Du bär barnet ${code}`));
      await page.keyboard.press("ArrowRight");
      assert.match(await spoken(), /Över Grupp 2/);
      await page.keyboard.press("Escape");
      assert.match(await spoken(), /Avbrutet/);
      assert.ok((await codesIn(page, 1)).includes(code));
      for (const key of ["Enter", "ArrowRight", "Enter"]) await page.keyboard.press(key);
      await until("the answer spoken", async () => /Gjort: Flytta barnet/.test(await spoken()));
      assert.match(await spoken(), /Grupp 2 håller inte/);
      assert.ok((await codesIn(page, 2)).includes(code));
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")),
        `Bär barnet ${code}`, "the focus stays on the child");
      await press(page, "Ångra senaste");
    });
  await test("keyboard: from the board to a group, a new time, and back, by Tab and Enter",
    async () => {
      await page.goto(`${city.desk}/plan/${plan}`);
      await card(page, 2).getByRole("link", { name: "Grupp 2", exact: true }).focus();
      await page.keyboard.press("Enter");
      await page.locator("#tid").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Tab");
      assert.match(await answered(page, () => page.keyboard.press("Enter")), TIME);
      assert.equal(await page.evaluate(() => document.activeElement.className.includes("outcome")),
        true, "the answer has the focus");
      await page.getByRole("link", { name: "Till tavlan" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/plan\/[^/]+#g2$/);
      await press(page, "Ångra senaste");
    });
}

async function byMouse(city, page, plan) {
  await test("journey: a child is dragged to another group", async () => {
    await page.goto(`${city.desk}/plan/${plan}`);
    const [code] = await codesIn(page, 1);
    const chip = (number) => card(page, number).locator(".chip", { hasText: code });
    const said = await answered(page, async () => {
      await chip(1).hover({ position: { x: 90, y: 12 } });
      await page.mouse.down();
      for (const number of [1, 2, 2]) await card(page, number).locator("h2").hover();
      await page.mouse.up();
    });
    await chip(2).waitFor();
    assert.match(said, new RegExp(`${code} från grupp 1 till grupp 2`));
    assert.match(page.url(), /\?akt=/);
    await press(page, "Ångra senaste");
    await chip(1).waitFor();
  });
}

async function others(city, plan, page) {
  await test("journey: who only reads sees the board and may not change it", async () => {
    const reader = await signIn(city, "lasratt");
    const words = await see(city, reader, `/plan/${plan}`);
    assert.match(words, /Grupp 1/);
    assert.equal(await reader.locator("#tavla form, .grip").count(), 0);
    await see(city, reader, "/karta");
    await reader.context().close();
  });
  await test("journey: a session that ended elsewhere: the change is not made, the way is clear",
    async () => {
      const short = await signIn(city, "samordnare");
      await short.goto(`${city.desk}/plan/${plan}`);
      const [code] = await codesIn(short, 1);
      await short.context().clearCookies();
      const child = await short.locator(`#barn option:has-text("${code}")`).getAttribute("value");
      await short.selectOption("#barn", child);
      await short.getByRole("button", { name: "Flytta", exact: true }).click();
      await short.waitForURL(/\/in$/);
      await short.context().close();
      await page.goto(`${city.desk}/plan/${plan}`);
      assert.ok((await codesIn(page, 1)).includes(code));
    });
}

async function accept(city, page, plan) {
  await test("journey: all that hold are accepted; the one that does not is named, and mended",
    async () => {
      await page.goto(`${city.desk}/plan/${plan}`);
      const codes = await codesIn(page, 1);
      const [young] = codes;
      await moveByForm(page, young, "Grupp 2");
      assert.match(await card(page, 2).innerText(), /håller inte/);
      const said = await press(page, /Godkänn alla som håller/);
      assert.match(said, /Gjort: Godkänn alla som håller: 1/);
      assert.equal(await card(page, 1).count(), 0);
      assert.match(await card(page, 2).innerText(), new RegExp(`${young}: (Barnet har|Det är för)`));
      for (const code of codes.slice(1)) await city.reaches(code, "offered");
      assert.match(await moveByForm(page, young, "Väntelistan"), /till väntelistan/);
      assert.match(await press(page, /Godkänn alla som håller/), /: 1/);
      assert.match(await page.locator("main").innerText(), /Allt i den här planen är avgjort/);
      await look(page, null, { looks: LOOKS });
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goBack();
      assert.ok(await page.locator("h1").innerText()); // back is a page like any other
    });
}

async function calendars(city, page) {
  await test("journey: a group's week and term; its leader's and its room's", async () => {
    await until("a booked group", async () => {
      await page.goto(`${city.desk}/grupper`);
      return page.locator("tbody th a").count();
    });
    await page.locator("tbody th a").first().click();
    const name = await page.locator("h1").innerText();
    await page.getByRole("link", { name: "Kalender", exact: true }).click();
    await see(city, page, page.url());
    await page.getByRole("link", { name: "Termin", exact: true }).click();
    await page.getByRole("link", { name: "Terminen efter" }).click();
    await see(city, page, page.url());
    await page.goto(`${city.desk}/ledare`);
    await page.locator('table a[href^="/ledare/"]').first().click();
    await page.getByRole("link", { name: "Kalender", exact: true }).click();
    assert.match(await see(city, page, page.url()), /ledigt/);
    await page.goto(`${city.desk}/lokaler`);
    await page.locator('a[href^="/lokaler/"]').first().click();
    await page.getByRole("link", { name: "Kalender", exact: true }).click();
    assert.match(await see(city, page, page.url()), /ledigt till/);
    assert.ok(name.length > 1);
  });
}

async function map(city, page) {
  await test("journey: the map by situation and age, its table, and on to an idea", async () => {
    const words = await see(city, page, "/karta");
    assert.match(words, /Skarpnäck\s+färre än 5/);
    assert.match(words, /Södermalm\s+5–9/);
    assert.doesNotMatch(words, /\b[1-4] barn/);
    await page.selectOption("#s", "1");
    await page.selectOption("#a", "2");
    await page.getByRole("button", { name: "Visa" }).click();
    await page.waitForURL(/s=1&a=2/);
    await see(city, page, page.url());
    await page.getByRole("row", { name: /Skarpnäck/ }).getByRole("link").click();
    assert.equal(await page.locator("#stadsdel").inputValue(), "skarpnack");
  });
}

await inCity({ demo: false, settings: SETTINGS }, async (city) => {
  let plan;
  await test("two groups of one plan are proposed", async () => {
    const codes = [
      ...await send(city, 6, { district: "sodermalm", birth_date: "2016-03-09",
        max_travel_min: 20 }),
      ...await send(city, 6, { district: "bromma", birth_date: "2010-03-09",
        max_travel_min: 20 }),
    ];
    for (const code of codes) await city.reaches(code, "waiting");
    await planFromNowOn(city);
    const page = await signIn(city, "samordnare");
    await until("a plan with two groups", async () => {
      await page.goto(`${city.desk}/plan`);
      return await page.locator(".card[data-group]").count() === 2;
    }, 60000);
    plan = new URL(page.url()).pathname.split("/").pop();
    await page.context().close();
  });
  assert.ok(plan);
  const page = await signIn(city, "samordnare");
  await withoutScript(city, plan);
  await twoDistricts(city, page, plan);
  await busyLeader(city, page, plan);
  await twoTabs(city, page, plan);
  await byKeys(city, page, plan);
  await byMouse(city, page, plan);
  await others(city, plan, page);
  await map(city, page);
  await accept(city, page, plan);
  await calendars(city, page);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
