#!/usr/bin/env node
/*
 * A leader with a telephone: the evening that comes next, attendance in two taps, a child announced
 * as away and one that is missing, the evening's list, a worry, a substitute. With and without
 * script, by keyboard alone, and what happens with a reload, the back button and a session's end.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fill, inCity, referral, test, until } from "./city.mjs";
import { look, strict } from "./look.mjs";

const LOOKS = ["narrow light", "wide dark"];
const TELEPHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const SITUATION = /psykisk|mår dåligt hemma|dricker|droger|våld|flyttat isär|separation|missbruk/i;
const NAMES = ["Ester Wallin", "Omar Lindqvist", "Tuva Mbeki", "Wilmer Hansson", "Signe Petrov"];
const words = (page) => page.locator("main").innerText();

const sql = (city, query) => execFileSync("psql", ["-h", path.join(city.var, "run"), "-d",
  "gruppstod", "-U", "gruppstod_admin", "-Atc", query], { encoding: "utf8" }).trim();

/** So many years ago to the day, less half a year: a child of that age this school year. */
const aged = (years) => {
  const day = new Date();
  day.setMonth(day.getMonth() - 12 * years - 6);
  return day.toISOString().slice(0, 10);
};

const address = (name) => `${name.split(" ")[0].toLowerCase()}@example.org`;

/** Children near the leader's group, placed in it; their codes and links. */
async function placed(city) {
  const children = await Promise.all(NAMES.map(async (name, index) => {
    const email = address(name);
    const body = referral(email, { child_name: name, birth_date: aged(9),
      district: "skarholmen", situations: ["mental"], max_travel_min: 15 });
    Object.assign(body.guardians[0], { phone: `070-174 06 0${index}`, phone_safe: "yes" });
    const answer = await city.ask("/api/v1/referrals", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.equal(answer.status, 201);
    const link = city.linkOf(await city.letterTo(email));
    await city.ask(link, { method: "POST", body: new URLSearchParams({ answer: "yes" }) });
    return { name, email, link, code: (await answer.json()).code };
  }));
  for (const child of children) await city.reaches(child.code, "placed");
  return children;
}

/** So many minutes after the start of the group's meeting of that number. */
function minute(city, group, number, minutes) {
  sql(city, "update common.civil_clock set ahead = (select starts_at from scheduling.meeting" +
    ` where group_id = '${group}' and meeting_no = ${number})` +
    ` + interval '${minutes} minutes' - clock_timestamp()`);
}

async function leader(city, options = {}) {
  const page = await city.visitor({ ...TELEPHONE, ...options });
  const passwords = await readFile(path.join(city.var, "demo-sign-in.txt"), "utf8");
  await page.goto(city.desk);
  await fill(page, { namn: "ledare", losenord: /^ledare\s+(\S+)/m.exec(passwords)[1] });
  await page.locator("main form button").click();
  await page.waitForURL(/\/grupper$/);
  return page;
}

/** Goes there and looks. */
async function see(city, page, where) {
  const answer = await page.goto(new URL(where, city.desk).href);
  assert.equal(answer.status(), 200, where);
  strict(await answer.allHeaders(), "same-origin");
  await look(page, answer, { looks: LOOKS });
  return words(page);
}

const noted = (city, group, number) => Object.fromEntries(sql(city,
  "select r.code || '=' || a.presence from evaluation.attendance a join intake.referral r" +
  " using (referral_id) join scheduling.meeting m using (meeting_id)" +
  ` where m.group_id = '${group}' and m.meeting_no = ${number}`)
  .split("\n").filter(Boolean).map((line) => line.split("=")));

const meetingOf = (city, group, number) => sql(city, "select meeting_id from scheduling.meeting" +
  ` where group_id = '${group}' and meeting_no = ${number}`);

async function evening(city, group, children) {
  const first = meetingOf(city, group, 1);
  await test("journey: on the day, theme and material stand on top of a leader's telephone", async () => {
    minute(city, group, 1, -45);
    const page = await leader(city);
    await look(page, null, { looks: LOOKS });
    assert.doesNotMatch(await words(page), SITUATION);
    await page.locator(".card h2 a").click();
    await look(page, null, { looks: LOOKS });
    const top = page.locator(".next-day");
    assert.match(await top.innerText(), /Nästa träff, nummer 1[^]*Ta med:/);
    assert.ok((await top.boundingBox()).y < 500, "without scrolling");
    for (const child of children) assert.ok((await words(page)).includes(child.code));
    assert.ok(!children.some((child) => page.url().includes(child.code)));
    await page.context().close();
  });
  await test("journey: a family announces by its link; the leader's list has it", async () => {
    const family = await city.visitor(TELEPHONE);
    await family.goto(children[0].link.replace("/svar/", "/tider/"));
    await family.locator(".next-day").getByRole("button", { name: "Barnet kommer inte" }).click();
    await family.waitForURL(/#t/);
    await family.context().close();
    const page = await leader(city);
    await until("the tag on the group's page", async () => {
      await page.goto(`${city.desk}/grupper/${group}`);
      return /Anmäld borta/.test(await words(page));
    });
    await page.context().close();
  });
  await test("journey: attendance in two taps", async () => {
    minute(city, group, 1, 5);
    const page = await leader(city);
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.getByRole("link", { name: "Närvaro", exact: true }).tap();
    await page.waitForURL(/\/traff\//);
    await look(page, null, { looks: LOOKS });
    for (const one of await page.locator(".third .choice").all()) {
      const { width, height } = await one.boundingBox();
      assert.ok(width >= 44 && height >= 44, `a target of ${width} x ${height}`);
    }
    await page.getByRole("button", { name: "Alla andra är här" }).tap();
    assert.match(await page.locator(".said").innerText(), /Närvaron är sparad/);
    await until("five children noted", () =>
      Object.keys(noted(city, group, 1)).length === children.length);
    assert.deepEqual(noted(city, group, 1), Object.fromEntries(children.map((child, index) =>
      [child.code, index === 0 ? "absent_told" : "present"])));
    await page.reload();
    await page.goBack();
    assert.match(await words(page), /Närvaro, träff 1/, "back to the form, nothing lost");
    await page.context().close();
  });
  await test("journey: a child is missing: the safe number, a call, the task is done", async () => {
    const page = await leader(city);
    await page.goto(`${city.desk}/grupper/${group}/traff/${first}`);
    const row = page.locator("fieldset", { hasText: children[1].code });
    await row.getByText("Saknas").tap();
    await page.getByRole("button", { name: "Spara bara det jag har valt" }).tap();
    await page.waitForURL(/sagt=narvaro/);
    await until("who is missing, on the group's page", async () => {
      await page.goto(`${city.desk}/grupper/${group}`);
      return /Saknas nu: ring hem/.test(await words(page));
    });
    await look(page, null, { looks: LOOKS });
    await page.getByRole("link", { name: "Visa det trygga numret" }).tap();
    await page.waitForURL(/\/saknas\//);
    await fill(page, { skal: "ringa hem" });
    await page.getByRole("button", { name: "Visa" }).tap();
    await page.getByText(/46701740601/).first().waitFor();
    assert.doesNotMatch(await words(page), SITUATION);
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.getByRole("button", { name: "Jag har ringt" }).tap();
    await page.waitForURL(/sagt=ringt/);
    assert.match(await page.locator(".said").innerText(), /Uppskrivet att du har ringt/);
    assert.doesNotMatch(await words(page), /Saknas nu/);
    await page.context().close();
  });
}

async function others(city, group, children) {
  await test("journey: the evening's list: first names, no situation, made for paper", async () => {
    const page = await leader(city);
    await see(city, page, `/grupper/${group}/lista`);
    await page.getByRole("button", { name: "Visa listan" }).click();
    await page.waitForSelector(".evening-list");
    await look(page, null, { looks: LOOKS });
    const shown = await words(page);
    for (const { name } of children) {
      assert.ok(shown.includes(name.split(" ")[0]), name);
      assert.ok(!shown.includes(name.split(" ")[1]), "no family name");
    }
    assert.doesNotMatch(shown, SITUATION);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".evening-list").isVisible());
    assert.ok(!(await page.locator(".top nav").first().isVisible()));
    assert.equal(Number(sql(city, "select count(*) from intake.identity_read" +
      " where reason like 'Kvällens lista%'")), children.length);
    await page.context().close();
  });
  await test("journey: a leader is worried about a child", async () => {
    const page = await leader(city);
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.getByRole("link", { name: `Jag är orolig ${children[2].code}` }).click();
    await look(page, null, { looks: LOOKS });
    await page.getByRole("link", { name: "Nej, tillbaka" }).click();
    await page.goBack();
    await page.getByRole("button", { name: /Ja, jag är orolig/ }).click();
    assert.match(await page.locator(".said").innerText(), /Är det fara just nu: ring 112/);
    await page.context().close();
  });
  await test("keyboard: attendance with the keyboard alone", async () => {
    minute(city, group, 2, 5);
    const page = await leader(city);
    await page.goto(`${city.desk}/grupper/${group}/traff/${meetingOf(city, group, 2)}`);
    const to = async (what) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement.matches(wanted), what)) return;
      }
      throw new Error(`no way to ${what} by Tab`);
    };
    await to('fieldset input[type="radio"]');
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter"); // saves what is chosen, and says nothing of the others
    await page.waitForSelector(".said");
    await until("one child noted", () => Object.keys(noted(city, group, 2)).length === 1);
    assert.deepEqual(Object.values(noted(city, group, 2)), ["absent_told"]);
    await page.context().close();
  });
  await test("journey: without script, the others are noted and one is put right", async () => {
    const page = await leader(city, { javaScriptEnabled: false });
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.getByRole("link", { name: "Närvaro", exact: true }).click();
    await page.getByRole("button", { name: "Alla andra är här" }).click();
    await page.waitForURL(/sagt=narvaro/);
    await until("all are noted", () =>
      Object.keys(noted(city, group, 2)).length === children.length);
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.getByRole("link", { name: /ändra\s+2/ }).click();
    await page.locator('fieldset input[value="present"]').first().check();
    await page.getByRole("button", { name: "Spara bara" }).click();
    await page.waitForURL(/sagt=narvaro/);
    await until("all came", () =>
      Object.values(noted(city, group, 2)).every((one) => one === "present"));
    await page.context().close();
  });
  await test("journey: a leader cannot come, and asks for a substitute where the evening stands", async () => {
    minute(city, group, 3, -3000);
    const page = await leader(city);
    await page.goto(`${city.desk}/grupper/${group}`);
    await page.locator("summary", { hasText: "Jag kan inte komma" }).click();
    await look(page, null, { looks: LOOKS });
    await page.getByRole("button", { name: "Be om vikarie" }).click();
    await page.waitForURL(/\/ledare\//);
    await until("others are asked", () => Number(sql(city,
      "select count(*) from scheduling.leader_absence")) === 1);
    assert.match(await see(city, page, "/mina-timmar"), /Frånvaro/);
    await page.context().close();
  });
  await test("journey: another's group, a session that has ended: clear words and a way on", async () => {
    const page = await leader(city);
    const foreign = sql(city, "select group_id from scheduling.groups where situation = 'substance'" +
      " limit 1");
    const answer = await page.goto(`${city.desk}/grupper/${foreign}`);
    assert.equal(answer.status(), 404);
    await look(page, answer, { looks: LOOKS });
    await page.goto(`${city.desk}/grupper/${group}/traff/${meetingOf(city, group, 2)}`);
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Spara bara" }).click();
    await page.waitForLoadState();
    assert.ok((await page.locator("#losenord").count()) ||
      /logga in/i.test(await words(page)), await words(page));
    await page.context().close();
  });
}

await inCity({ demo: true }, async (city) => {
  const children = await placed(city);
  const group = sql(city, "select group_id from matching.referral where group_id is not null limit 1");
  await evening(city, group, children);
  await others(city, group, children);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
