/*
 * The board with a mouse or with keys: what is dragged, or picked up and dropped, sends the very
 * form that stands on the page, and the page's answer takes the place of what was there. Without
 * this file the forms do all of it.
 */
"use strict";

(() => {
  const PATIENCE = 40; // times that an answer on its way is asked for
  const speak = document.getElementById("tal");
  const board = () => document.getElementById("tavla");
  const words = () => board().dataset;
  let carried = null; // { id, code, over }

  const say = (text) => { speak.textContent = text; };
  const zones = () => [...board().querySelectorAll("[data-group]")];
  const nameOf = (zone) => zone.dataset.number
    ? zone.querySelector("h2").textContent : words().list;

  const parse = async (answer) => new DOMParser()
    .parseFromString(await answer.text(), "text/html");

  /** Follows a page until matching has answered, and shows it. */
  async function settle(answer, focus) {
    let page = await parse(answer);
    for (let i = 0; i < PATIENCE && page.querySelector("[data-waits]"); i++) {
      await new Promise((go) => { setTimeout(go, 60 + 20 * i); });
      answer = await fetch(answer.url, { credentials: "same-origin" });
      page = await parse(answer);
    }
    const fresh = page.getElementById("tavla");
    if (!fresh) { // signed out, or gone
      window.location.assign(answer.url);
      return;
    }
    board().replaceWith(document.adoptNode(fresh));
    window.history.replaceState(null, "", answer.url);
    dress();
    const outcome = fresh.querySelector(".outcome");
    if (outcome) say(outcome.textContent.replace(/\s+/g, " ").trim());
    const back = focus && fresh.querySelector(`[data-child="${focus}"] button`);
    if (back) back.focus();
    else if (outcome) {
      outcome.tabIndex = -1;
      outcome.focus();
    }
  }

  async function send(form, submitter, focus) {
    const fields = new URLSearchParams(new FormData(form));
    if (submitter?.name) fields.set(submitter.name, submitter.value);
    board().setAttribute("aria-busy", "true");
    try {
      await settle(await fetch(form.action, { method: "POST", body: fields,
        credentials: "same-origin" }), focus);
    } catch {
      form.submit(); // the browser's own way, with its own words for what is wrong
    }
    board().removeAttribute("aria-busy");
  }

  function move(child, group) {
    const form = document.getElementById("flytta");
    form.elements.barn.value = child;
    form.elements.till.value = group;
    if (form.elements.barn.value === child && form.elements.till.value === group)
      send(form, null, child);
  }

  /* --- the mouse --- */

  function mark(zone) {
    for (const one of zones()) one.classList.toggle("over", one === zone);
  }

  document.addEventListener("dragstart", (event) => {
    const chip = event.target.closest?.("[data-child]");
    if (!chip || !document.getElementById("flytta")) return;
    event.dataTransfer.setData("text/plain", chip.dataset.child);
    event.dataTransfer.effectAllowed = "move";
    carried = { id: chip.dataset.child };
  });
  document.addEventListener("dragover", (event) => {
    const zone = carried && event.target.closest?.("[data-group]");
    if (!zone) return;
    event.preventDefault();
    mark(zone);
  });
  document.addEventListener("drop", (event) => {
    const zone = carried && event.target.closest?.("[data-group]");
    if (!zone) return;
    event.preventDefault();
    if (!zone.querySelector(`[data-child="${carried.id}"]`)) move(carried.id, zone.dataset.group);
  });
  document.addEventListener("dragend", () => { carried = null; mark(null); });

  /* --- keys --- */

  function pickUp(button) {
    const chip = button.closest("[data-child]");
    const over = zones().indexOf(chip.closest("[data-group]"));
    carried = { id: chip.dataset.child, from: over, over, button };
    button.setAttribute("aria-pressed", "true");
    mark(zones()[over]);
    say(words().picked.replace("NAMN", chip.querySelector("a").textContent));
  }

  function putDown(key) {
    const { id, from, over, button } = carried;
    const zone = zones()[over];
    carried = null;
    mark(null);
    button.setAttribute("aria-pressed", "false");
    if (key === "Escape" || over === from) {
      say(words().cancelled);
    } else {
      say(words().dropped);
      move(id, zone.dataset.group);
    }
  }

  function step(by) {
    const all = zones();
    carried.over = (carried.over + by + all.length) % all.length;
    mark(all[carried.over]);
    all[carried.over].scrollIntoView({ block: "nearest" });
    say(`${words().over} ${nameOf(all[carried.over])}`);
  }

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.("button.grip");
    if (!button) return;
    if (!carried && (event.key === "Enter" || event.key === " ")) pickUp(button);
    else if (carried && ["Enter", " ", "Escape"].includes(event.key)) putDown(event.key);
    else if (carried && STEPS[event.key]) step(STEPS[event.key]);
    else return;
    event.preventDefault();
  });

  /* --- what the page gets when there is a script --- */

  function dress() {
    if (!document.getElementById("flytta")) return;
    for (const chip of board().querySelectorAll("[data-child]")) {
      const button = document.createElement("button");
      const code = chip.querySelector("a").textContent;
      button.type = "button";
      button.className = "grip";
      button.textContent = "\u2725";
      button.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-label", `${words().carry} ${code}`);
      chip.draggable = true;
      chip.querySelector("a").draggable = false;
      chip.prepend(button);
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || !board().contains(event.target)) return;
    event.preventDefault();
    send(event.target, event.submitter, null);
  });

  dress();
  if (board().querySelector("[data-waits]"))
    fetch(window.location.href, { credentials: "same-origin" }).then((answer) => settle(answer));
})();
