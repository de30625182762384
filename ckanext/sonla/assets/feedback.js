/* The proof of work before feedback is sent: no picture, no cookie, nobody else asked.
   It begins when somebody begins to type, in ALTCHA's own worker (public/sonla/altcha), and
   is done long before the text is. Without it the form wants an e-mail address instead. */
(function () {
  "use strict";

  var MOST_WORKERS = 4;
  // Before the portal's clock ends it: asked for again when this much of an hour is over.
  var FRESH_MS = 40 * 60 * 1000;

  document.querySelectorAll("[data-sonla-proof]").forEach(start);

  function start(box) {
    var form = box.closest("form");
    var field = box.querySelector("input[name=altcha]");
    var state = box.querySelector("[role=status]");
    var proof = null;
    var sends = null;

    if (!window.Worker || !window.crypto || !window.crypto.subtle) { say("unable"); return; }
    form.addEventListener("focusin", begin);
    form.addEventListener("submit", function (event) {
      if (fresh() && field.value) { return; }
      if (box.dataset.failed) { return; }
      event.preventDefault();
      sends = event.submitter || form;
      say("working");
      begin();
    });

    function fresh() { return proof && performance.now() - proof.asked < FRESH_MS; }
    function say(what) { state.textContent = box.dataset[what] || ""; }

    function begin() {
      if (fresh()) { return; }
      field.value = "";
      proof = { asked: performance.now() };
      var mine = proof;
      fetch(box.dataset.challenge, { credentials: "omit", cache: "no-store" })
        .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
        .then(function (challenge) { return solve(challenge); })
        .then(function (found) { if (mine === proof) { finish(found.challenge, found.solution); } })
        .catch(fail);
    }

    function solve(challenge) {
      var count = Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1));
      var workers = [];
      function end() { workers.forEach(function (worker) { worker.terminate(); }); }
      return new Promise(function (resolve, reject) {
        var left = count;
        for (var number = 0; number < count; number += 1) {
          var worker = new Worker(box.dataset.worker);
          workers.push(worker);
          worker.onerror = reject;
          worker.onmessage = function (message) {
            left -= 1;
            if (message.data && message.data.derivedKey) { resolve({ challenge: challenge, solution: message.data }); }
            else if (!left) { reject(new Error("no solution")); }
          };
          worker.postMessage({ type: "work", challenge: challenge, counterStart: number, counterStep: count, timeout: 120000 });
        }
      }).finally(end);
    }

    function finish(challenge, solution) {
      field.value = btoa(JSON.stringify({ challenge: challenge, solution: solution }));
      box.dataset.milliseconds = Math.round(performance.now() - proof.asked);
      say("done");
      if (!sends) { return; }
      if (sends === form) { form.requestSubmit(); } else { form.requestSubmit(sends); }
    }

    function fail() {
      proof = null;
      box.dataset.failed = "yes";
      say("unable");
      // The form without a proof: the page says what it wants instead.
      if (sends) { form.requestSubmit(); }
    }
  }
})();
