// The queues as they are: the desk tells, this shows. Keys for hands that stay on the keyboard.
(function () {
  "use strict";
  var live = document.getElementById("live"), source = null, still = false;

  function show(event) {
    // Nobody loses the place where the keyboard or the eye is.
    if (!live.contains(document.activeElement) && !String(getSelection())) live.innerHTML = event.data;
  }
  function stop() { if (source) source.close(); source = null; }
  function follow() {
    if (source || still || document.hidden) return;
    source = new EventSource(live.dataset.from);
    source.addEventListener("queues", show);
    source.addEventListener("error", function () {
      if (source && source.readyState === EventSource.CLOSED) location.reload();  // signed out
    });
  }
  function step(by) {
    var links = Array.from(live.querySelectorAll(".dead a"));
    var next = links.indexOf(document.activeElement) + by;
    if (links.length) links[Math.max(0, Math.min(next, links.length - 1))].focus();
  }
  var keys = {
    j: function () { step(1); },
    k: function () { step(-1); },
    r: function () { location.reload(); },
    v: function () { location.assign("/vantan"); },
    "?": function () { location.assign("/tangenter"); },
    p: function () { still = !still; live.classList.toggle("still", still); stop(); follow(); }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (!keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
  document.addEventListener("visibilitychange", function () { if (document.hidden) stop(); else follow(); });
  follow();
}());
