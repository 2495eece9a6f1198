// Small helps: the list of parts says how far each has come while one types; a button prints.
(function () {
  "use strict";
  var list = document.querySelector("[data-tasks]");
  function answered(field) {
    return Array.from(field.querySelectorAll("input, select, textarea")).some(function (one) {
      return one.type === "radio" || one.type === "checkbox" ? one.checked : one.value.trim();
    });
  }
  function tell(part) {
    var fields = Array.from(part.querySelectorAll(".field"));
    var waits = fields.some(function (one) { return !one.querySelector(".opt") && !one.querySelector(".field") && !one.closest(".field .field") && !answered(one); });
    var state = waits ? "wait" : fields.some(answered) ? "done" : "calm";
    var tag = list.querySelector('[data-part="' + part.id + '"]');
    tag.className = "tag " + state;
    tag.textContent = list.dataset[state];
  }
  if (list) document.querySelectorAll("form .part").forEach(function (part) {
    ["input", "change"].forEach(function (event) {
      part.addEventListener(event, function () { tell(part); });
    });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
}());
