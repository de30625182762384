/* What officers and leaders gain from a script; every page works without it.
   - Drafts: what is typed survives an expired session or a closed window. It is kept in
     this browser, for this account and form only, and goes when the form has been taken.
   - Progress: while files are read, the list of loads asks again every two seconds.
   - Keys on the review page: j and k to the changes, a to approve, r to return, ? for help.
   - Choosing several in the inbox counts what is chosen.
   - The address that CKAN makes of a title keeps its Vietnamese letters, without marks. */
(function () {
  "use strict";

  /* Drafts */
  var KEPT_DAYS = 7;
  var account = document.body.dataset.sonlaAccount;
  var prefix = "sonla.draft/" + account + "/";
  var now = Date.now();

  function stored(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (error) { return null; }
  }
  function keys() {
    return Object.keys(localStorage).filter(function (key) { return key.indexOf("sonla.draft/") === 0; });
  }
  function store(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* full or forbidden: nothing is kept */ }
  }
  function worth(field) {
    return field.name && !field.disabled && field.name !== "_csrf_token" &&
      (field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && /^(text|url|email|search|number|date|datetime-local|)$/.test(field.type)));
  }

  function startDrafts() {
    // A form that the portal has taken leads straight to a page that refuses nothing; one
    // that met an expired session leads to the log-in first.
    var refused = document.querySelector("[data-refused], .error-explanation, #field-login");
    var from = document.referrer && new URL(document.referrer).pathname;
    keys().forEach(function (key) {
      var draft = stored(key);
      if (!draft || now - draft.at > KEPT_DAYS * 86400000) { localStorage.removeItem(key); return; }
      if (!draft.sent) { return; }
      if (draft.sent === from && account && !refused) { localStorage.removeItem(key); return; }
      draft.sent = false;
      store(key, draft);
    });
    if (!account) { return; }
    document.querySelectorAll("form[data-draft], #dataset-edit, #resource-edit").forEach(keepDraft);
  }

  function keepDraft(form) {
    var key = prefix + (form.dataset.draft || location.pathname.replace(/^\/(vi|en)(?=\/)/, ""));
    var draft = stored(key);
    if (draft) { restore(form, draft, key); }
    form.addEventListener("input", function () {
      var values = {};
      Array.prototype.forEach.call(form.elements, function (field, place) {
        if (worth(field) && field.value !== field.defaultValue) { values[field.name + "#" + place] = field.value; }
      });
      store(key, { at: Date.now(), values: values });
    });
    form.addEventListener("submit", function () {
      var draft = stored(key);
      if (draft) { draft.sent = location.pathname; store(key, draft); }
    });
  }

  function restore(form, draft, key) {
    var back = 0;
    Array.prototype.forEach.call(form.elements, function (field, place) {
      var value = draft.values[field.name + "#" + place];
      if (worth(field) && value !== undefined && field.value === field.defaultValue && value !== field.value) {
        field.value = value;
        back += 1;
      }
    });
    if (!back) { return; }
    var note = document.createElement("p");
    note.className = "alert alert-info draft-note";
    note.setAttribute("role", "status");
    note.textContent = document.body.dataset.sonlaRestored + " ";
    var drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-secondary btn-sm";
    drop.textContent = document.body.dataset.sonlaDrop;
    drop.addEventListener("click", function () { localStorage.removeItem(key); form.reset(); note.remove(); });
    note.appendChild(drop);
    form.insertBefore(note, form.firstChild);
  }

  /* Progress */
  function startLoads() {
    var place = document.querySelector("[data-loads]");
    if (!place || !place.querySelector("[data-loading]")) { return; }
    window.setTimeout(function ask() {
      fetch(place.dataset.loads, { credentials: "same-origin" }).then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject(answer.status);
      }).then(function (html) {
        place.innerHTML = html;
        if (place.querySelector("[data-loading]")) { window.setTimeout(ask, 2000); return; }
        // All are read: what the checks found is on the whole page. Typed text is kept as a draft.
        location.reload();
      }).catch(function () { window.setTimeout(ask, 6000); });
    }, 2000);
  }

  /* Keys */
  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }
  function go(step) {
    var places = Array.prototype.filter.call(document.querySelectorAll("[data-change]"), function (one) {
      return one.offsetParent !== null;
    });
    if (!places.length) { return; }
    var here = places.indexOf(document.activeElement);
    if (here < 0) { here = step > 0 ? -1 : places.length; }
    var there = places[Math.min(Math.max(here + step, 0), places.length - 1)];
    there.focus({ preventScroll: true });
    there.scrollIntoView({ block: "center" });
  }
  function startKeys() {
    var review = document.querySelector("[data-keys]");
    if (!review) { return; }
    var help = document.getElementById("keys-help");
    document.querySelectorAll("[data-keys-help]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { help.showModal(); });
    });
    document.addEventListener("keydown", function (event) {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || (help && help.open)) { return; }
      var approve = document.querySelector("form[data-confirm] button[type=submit]");
      var comment = document.getElementById("field-comment");
      if (event.key === "j") { go(1); }
      else if (event.key === "k") { go(-1); }
      else if (event.key === "a" && approve) { approve.click(); }
      else if (event.key === "r" && comment) { comment.focus(); }
      else if (event.key === "?" && help) { help.showModal(); }
      else { return; }
      event.preventDefault();
    });
  }
  function startConfirm() {
    document.querySelectorAll("form[data-confirm]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        if (!window.confirm(form.dataset.confirm)) { event.preventDefault(); event.stopImmediatePropagation(); }
      }, true);
    });
  }

  /* Several at once */
  function startSeveral() {
    var form = document.querySelector("form[data-several]");
    if (!form) { return; }
    var button = form.querySelector("button[type=submit]");
    function count() {
      var chosen = document.querySelectorAll("input[form='" + form.id + "']:checked").length;
      button.disabled = !chosen;
      form.classList.toggle("chosen", chosen > 0);
      button.querySelector("[data-count]").textContent = chosen ? " (" + chosen + ")" : "";
    }
    document.addEventListener("change", count);
    count();
  }

  /* Addresses: CKAN knows no Vietnamese letters and writes a hyphen for each */
  function teachLetters() {
    var map = window.jQuery && jQuery.url && jQuery.url.map;
    if (!map) { return; }
    var codes = [0x102, 0x103, 0x110, 0x111, 0x128, 0x129, 0x168, 0x169, 0x1a0, 0x1a1, 0x1af, 0x1b0];
    for (var code = 0x1ea0; code <= 0x1ef9; code += 1) { codes.push(code); }
    codes.forEach(function (one) {
      var letter = String.fromCharCode(one).toLowerCase();
      map[one.toString(16)] = letter === "đ" ? "d" : letter.normalize("NFD").charAt(0);
    });
  }

  startConfirm();
  teachLetters();
  startDrafts();
  startLoads();
  startKeys();
  startSeveral();
})();
