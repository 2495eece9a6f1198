#!/usr/bin/env node
/*
 * The public site as people walk through it: finding a group, finding none, reading what holds,
 * printing, in Swedish, easy-read Swedish, Arabic, and in a language that nobody speaks: longer
 * words with other letters, so that what is not translated and what does not fit is seen.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CALM, asSlowAsAPerson, back, birthday, fill, inCity, test, until } from "./city.mjs";
import { THOROUGH, look, strict } from "./look.mjs";

const PAGES = ["", "barn", "akut", "kvitto", "grupper", "grupper?age=17&weekday=4",
  "sa-gar-det-till", "sekretess", "rattigheter", "personuppgifter", "tillganglighet", "kontakt",
  "material", "material/blad", "material/affisch", "material/bilder", "material/press"];

// --- the language that nobody speaks ---

const LETTERS = new Map([..."abcdefghijklmnopqrstuvwxyzåäöABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ"].map(
  (letter, index) => [letter, [..."áḅćďéḟǵḣíɉķĺḿńóṕɋŕśťúṽẃẋýźǻǟȫÁḄĆĎÉḞǴḢÍɈĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹǺǞȪ"][index]]));

/** The text with each word some 40 % longer; names and tags stay. */
function pseudo(text) {
  return text.split(/(\{\{.*?\}\}|<[^>]*>)/).map((part, index) => index % 2 ? part :
    part.replace(/[a-zåäö]+/gi, (word) => [...word + word.slice(-Math.ceil(word.length * 0.4))]
      .map((letter) => LETTERS.get(letter)).join(""))).join("");
}

async function moreLanguages() {
  const folder = await mkdtemp(path.join(process.env.TMPDIR ?? os.tmpdir(), "l"));
  const english = await readFile(new URL("../../services/intake/pages/po/en.po", import.meta.url),
    "utf8");
  const texts = [...english.matchAll(/^msgid "(.+)"$/gm)].map(([, text]) => text);
  await mkdir(path.join(folder, "po"));
  await writeFile(path.join(folder, "po", "fi.po"), texts.map((text) =>
    `msgid "${text}"\nmsgstr "${pseudo(text)}"\n`).join("\n"));
  return folder;
}

/** Words on the page in letters that the language does not have; names of places and people may. */
const untranslated = (page) => page.evaluate(() => {
  const found = [], plain = /[a-zåäö]{3,}/i;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const named = walker.currentNode.parentElement.closest(
      "bdi, .tongues, select[name=district] [value]:not([value='']), " +
      "select[name=language] [value]:not([value=''])");
    if (!named && plain.test(walker.currentNode.data)) found.push(walker.currentNode.data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label]"))
    if (plain.test(one.ariaLabel)) found.push(one.ariaLabel);
  if (plain.test(document.title)) found.push(document.title);
  return found;
});

const wider = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth - window.innerWidth);

// --- what a person does ---

const words = (page) => page.locator("main").innerText();
const heading = (page) => page.locator("h1").innerText();
const door = (page, name) => page.getByRole("button", { name });

async function to(page, where, status = 200) {
  const answer = await page.goto(where);
  assert.equal(answer.status(), status, where);
  return answer;
}

/** Answers what each page of a form asks, until there is something to send. */
async function answerAll(page, answers) {
  for (let pages = 0; pages < 40; pages++) {
    if (await page.locator("button[value=send]").count()) return;
    const asked = await page.evaluate((names) => names.filter((name) =>
      document.querySelector(`main [name="${name}"]:not([type=hidden])`)), Object.keys(answers));
    await fill(page, Object.fromEntries(asked.map((name) => [name, answers[name]])));
    await Promise.all([page.waitForNavigation(),
      page.locator("button[value=next], button[value=check]").first().click()]);
    assert.equal(await page.locator("#errors").count(), 0, await words(page));
  }
  assert.fail("the form never ends");
}

/** Tabs until the focus is on what `text` names, as somebody without a mouse does. */
async function tabTo(page, text) {
  for (let tabs = 0; tabs < 80; tabs++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      return at.labels?.[0]?.innerText ?? at.innerText ?? "";
    });
    if (name.trim() === text) {
      const outline = await page.evaluate(() =>
        getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, "none", `the focus on ${text} is seen`);
      return;
    }
  }
  assert.fail(`no tab comes to ${text}`);
}

async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

/** The pages of what the browser prints, as "width x height" in millimetres. */
async function printed(page) {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  return [...pdf.matchAll(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)].map(([, width, height]) =>
    [width, height].map((points) => Math.round(points * 25.4 / 72)).join(" x "));
}

// --- journeys ---

const PARENT = (email, language) => ({
  "guardians.0.name": "Noor Haddad", "guardians.0.relation": "mother", "guardians.0.email": email,
  "guardians.0.email_safe": "yes", "guardians.0.phone_safe": "no", language,
  child_name: "Samir", ...birthday("2018-05-04"), district: "farsta", ...CALM,
  situations: ["mental"], consent_take_part: "yes", message: "Tack.",
});

async function findsAGroup(city) {
  await test("journey: a parent narrows the list, reads of a group and starts the form", async () => {
    const page = await city.visitor();
    await to(page, city.url);
    await page.getByRole("link", { name: "Se grupper som pågår och startar" }).click();
    await page.getByLabel("Vad det handlar om").selectOption({ label: "förälder som mår psykiskt dåligt" });
    await page.getByRole("button", { name: "Visa", exact: true }).click();
    assert.equal(await page.getByLabel("Vad det handlar om").inputValue(), "2");
    const cards = await page.locator(".card").allInnerTexts();
    assert.ok(cards.length > 0 && cards.every((card) => /psykiskt dåligt/.test(card)));
    assert.ok(cards.every((card) => /Ålder[^]*Plats[^]*Tid[^]*Start[^]*Träffar[^]*Språk/.test(card)));
    await page.locator(".card a").first().click();
    assert.match(await words(page), /Två gruppledare[^]*Det här händer sedan/);
    assert.ok(!/gatan|vägen \d/.test(await words(page)), "no address");
    await door(page, "Jag är förälder").click();
    await page.waitForURL(/foralder/);
    await page.context().close();
  });
  await test("journey: reload keeps the choice, the back button gives the whole list", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/grupper`);
    const all = await page.locator(".card").count();
    await page.getByLabel("Barnets ålder").selectOption("8");
    await page.getByRole("button", { name: "Visa", exact: true }).click();
    const some = await page.locator(".card").count();
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    await page.reload();
    assert.equal(await page.getByLabel("Barnets ålder").inputValue(), "8");
    await back(page);
    assert.equal(await page.locator(".card").count(), all);
    await page.getByRole("link", { name: "Så går det till" }).first().click();
    await back(page);
    assert.equal(await heading(page), "Grupper");
    await page.context().close();
  });
}

async function findsNone(city) {
  await test("journey: nothing fits, and the wish for such a group is counted", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/grupper?om=4&age=4&district=alvsjo&weekday=4`);
    assert.match(await words(page), /Den gruppen finns inte än[^]*räknar med alla/);
    await door(page, "Jag är förälder").click();
    await answerAll(page, { ...PARENT("noor@example.org", "sv"), district: "alvsjo",
      situations: ["separation"], ...birthday("2022-03-01") });
    assert.match(await words(page), /Älvsjö/);
    await asSlowAsAPerson(page);
    await page.click("button[value=send]");
    const code = await page.locator(".code").innerText();
    await city.reaches(code, "waiting");
    await page.context().close();
  });
  await test("journey: who works with children starts from an empty list too", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/grupper?om=2&district=farsta&age=17&weekday=1`);
    await door(page, "Jag möter barn i mitt arbete").click();
    await page.waitForURL(/anmal/);
    await page.context().close();
  });
  await test("journey: a group that is gone says so and shows the way to those there are", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/grupper/01a207a2-0000-7001-b993-78216c175a76`, 404);
    assert.equal(await heading(page), "Gruppen finns inte här");
    await page.getByRole("navigation", { name: "Sidor" }).getByRole("link", { name: "Grupper" }).click();
    assert.ok(await page.locator(".card").count() > 0);
    await page.context().close();
  });
}

async function speaksArabic(city) {
  await test("journey: an Arabic parent finds a group and sends", async () => {
    const page = await city.visitor({ locale: "ar", viewport: { width: 390, height: 800 } });
    await to(page, city.url);
    assert.equal(new URL(page.url()).pathname, "/ar/");
    assert.equal(await page.getAttribute("html", "dir"), "rtl");
    await page.getByRole("link", { name: "المجموعات", exact: true }).first().click();
    await page.locator("#om").selectOption("2");
    await page.getByRole("button", { name: "عرض", exact: true }).click();
    await page.locator(".card a").first().click();
    assert.match(await words(page), /أحد الوالدين متعب نفسيًا/);
    assert.equal(await wider(page), 0);
    await door(page, "أنا أم أو أب").click();
    await answerAll(page, PARENT("haddad@example.org", "ar"));
    await page.click("button[value=send]");
    assert.equal(await heading(page), "شكرًا، وصلنا ما أرسلتموه");
    assert.equal(await page.getAttribute("html", "lang"), "ar");
    await page.context().close();
  });
  await test("journey: the languages lead to the same page, and back", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/rattigheter`);
    for (const [name, said] of [["العربية", "حقوقكم"], ["English", "Your rights"],
      ["Lättläst", "Det här har du rätt till"], ["Svenska", "Dina rättigheter"]]) {
      await page.getByRole("link", { name, exact: true }).click();
      assert.equal(await heading(page), said);
    }
    await page.context().close();
  });
  await test("journey: easy-read Swedish, and ordinary Swedish where there is none", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/`);
    await page.getByRole("link", { name: "Lättläst" }).click();
    assert.match(await words(page), /Du betalar ingenting\.[^]*någon hemma som slår eller hotar/i);
    await page.getByRole("link", { name: "Läs mer om grupperna" }).click();
    assert.match(await words(page), /Ingen säger att du är en dålig förälder/);
    await page.getByRole("link", { name: "Material att skriva ut" }).click();
    assert.equal(await heading(page), "Material att skriva ut");
    await page.context().close();
  });
}

async function reads(city) {
  await test("journey: a child on a phone reads what it may, and leaves at once", async () => {
    const page = await city.visitor({ viewport: { width: 320, height: 640 } });
    await to(page, `${city.url}/sv/`);
    await page.getByRole("link", { name: "Jag är barn eller ung" }).click();
    assert.match(await heading(page), /^Hej! Är det jobbigt hemma ibland\?/);
    await page.getByRole("link", { name: "Dina rättigheter" }).click();
    assert.match(await words(page), /Du får säga nej till en grupp\. Du får också sluta\./);
    assert.equal(await wider(page), 0);
    await page.getByRole("link", { name: "Lämna sidan snabbt" }).click();
    await page.waitForURL((url) => !url.href.startsWith(city.url));
    city.requests.delete(new URL(page.url()).origin);
    await page.context().close();
  });
  await test("journey: somebody worried finds whom to call, from every page in one step", async () => {
    const page = await city.visitor();
    for (const where of ["", "grupper", "kontakt", "tillganglighet"]) {
      await to(page, `${city.url}/sv/${where}`);
      await page.getByRole("link", { name: "Det är bråttom" }).first().click();
      assert.match(await words(page), /Ring 112[^]*Socialjouren[^]*116 111/);
    }
    await page.context().close();
  });
  await test("journey: who cannot use a page finds how to complain, and a telephone", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/`);
    await page.getByRole("link", { name: "Tillgänglighet" }).click();
    assert.match(await words(page), /Brister som vi känner till[^]*Digg[^]*22 november 2026/);
    await page.getByRole("link", { name: "Kontakta oss" }).click();
    assert.match(await words(page), /08-000 00 00[^]*vardagar 9-16/);
    await page.context().close();
  });
  await test("journey: the days of a group in one's own calendar", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/grupper`);
    await page.locator(".card a").first().click();
    await page.getByText("Alla dagar").click();
    const days = await page.locator("details li").count();
    const [file] = await Promise.all([page.waitForEvent("download"),
      page.getByRole("link", { name: "Lägg dagarna i kalendern" }).click()]);
    const calendar = await readFile(await file.path(), "utf8");
    assert.equal(calendar.match(/BEGIN:VEVENT/g).length, days);
    await page.context().close();
  });
}

async function withoutAMouse(city) {
  await test("keyboard: journey: from the first page to a group and its form", async () => {
    const page = await city.visitor();
    await to(page, `${city.url}/sv/`);
    await tabTo(page, "Hoppa till innehållet");
    await page.keyboard.press("Enter");
    await tabTo(page, "Se grupper som pågår och startar");
    await enter(page);
    await tabTo(page, "Barnets ålder");
    await page.keyboard.type("8");
    await tabTo(page, "Visa");
    await enter(page);
    assert.match(page.url(), /age=8/);
    const name = await page.locator(".card a").first().innerText();
    await tabTo(page, name);
    await enter(page);
    assert.equal(await heading(page), name);
    await tabTo(page, "Jag är förälder");
    await enter(page);
    assert.match(page.url(), /foralder/);
    await page.context().close();
  });
}

async function prints(city) {
  await test("journey: a school nurse prints the leaflet and the poster of a district", async () => {
    const page = await city.visitor({ scripts: false });
    await to(page, `${city.url}/sv/material`);
    await page.getByLabel("Stadsdel").selectOption("farsta");
    await page.getByRole("button", { name: "Blad" }).click();
    assert.match(await words(page), /Grupper som startar[^]*Farsta/);
    assert.ok(!(await words(page)).includes("Bromma"));
    assert.deepEqual(await printed(page), ["210 x 297"]);
    await page.getByRole("link", { name: "Material att skriva ut" }).first().click();
    await page.getByRole("button", { name: "Affisch" }).click();
    assert.deepEqual(await printed(page), ["297 x 420"]);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".foot, .top").filter({ visible: true }).count(), 0);
    await page.context().close();
  });
  await test("journey: an ambassador shows slides, in Arabic too, one to a sheet", async () => {
    const page = await city.visitor();
    for (const code of ["sv", "ar"]) {
      await to(page, `${city.url}/${code}/material/bilder`);
      const slides = await page.locator(".slide").count();
      assert.ok(slides > 5);
      assert.deepEqual(await printed(page), Array(slides).fill("339 x 191"));
      for (const one of ["blad", "affisch"]) {
        await to(page, `${city.url}/${code}/material/${one}`);
        assert.equal((await printed(page)).length, 1, `${code} ${one}`);
      }
    }
    await page.context().close();
  });
}

// --- every page ---

async function looksGood(city, group) {
  for (const [code, looks] of [["sv", THOROUGH], ["ar", ["narrow light"]]])
    await test(`${code}: each page can be used by all`, async () => {
      const page = await city.visitor();
      const seen = new Set(["", "barn", "akut", "kvitto", "grupper"]); // pages.mjs looks at them
      for (const where of [...PAGES.filter((one) => !seen.has(one)), `grupper/${group}`]) {
        const answer = await to(page, `${city.url}/${code}/${where}`);
        strict(await answer.allHeaders());
        await look(page, answer, { looks });
      }
      await page.context().close();
    });
  await test("pseudo-language: nothing is left in Swedish, nothing is wider than 320 px", async () => {
    const page = await city.visitor({ viewport: { width: 320, height: 700 } });
    const found = [];
    for (const where of [...PAGES, `grupper/${group}`, "foralder/allt", "anmal/allt",
      "barn/fragor", "finns/inte"]) {
      await page.goto(`${city.url}/fi/${where}`);
      assert.equal(await page.getAttribute("html", "lang"), "fi");
      if (!/allt|fragor/.test(where))
        found.push(...(await untranslated(page)).map((what) => `${where}: ${what}`));
      const over = await wider(page);
      if (over > 0) found.push(`${where}: ${over} px too wide`);
    }
    assert.deepEqual(found, []);
    await page.context().close();
  });
}

const folder = await moreLanguages();
await inCity({ demo: true, settings: `[intake]\npo_folder = ${folder}\n` }, async (city) => {
  const { groups } = await until("groups in the list", async () => {
    const list = await (await city.ask("/api/v1/groups")).json();
    return list.groups?.length && list;
  });
  await Promise.all([
    (async () => { await findsAGroup(city); await withoutAMouse(city); await reads(city); })(),
    (async () => { await findsNone(city); await speaksArabic(city); await prints(city); })(),
  ]);
  await looksGood(city, groups.find((one) => one.situation === "violence").group_id);
  await test("no page asked for anything from elsewhere", () =>
    assert.deepEqual([...city.requests], []));
});
