// Makes the forms of /api/docs answer in place and keeps the examples beside them in step. Without it, GET forms open the answer itself.
(function () {
  "use strict";

  var SHOWN = 200000; // characters of an answer; more would make the page slow

  // Attributes are read by name: a field called "dataset" hides form.dataset.
  function request(form) {
    var path = form.getAttribute("data-path");
    var pairs = [];
    form.querySelectorAll("[name]").forEach(function (field) {
      if (field.dataset.place === "path") {
        path = path.replace("{" + field.name + "}", encodeURIComponent(field.value));
      } else if (field.value !== "") {
        pairs.push([field.name, field.value]);
      }
    });
    var query = pairs
      .map(function (pair) {
        return encodeURIComponent(pair[0]) + "=" + encodeURIComponent(pair[1]);
      })
      .join("&");
    var body = form.querySelector("[data-body]");
    return {
      method: form.getAttribute("data-method"),
      template: form.getAttribute("data-path"),
      path: path + (query ? "?" + query : ""),
      pairs: pairs,
      body: body ? body.value : null,
      type: form.getAttribute("data-type")
    };
  }

  function shell(text) {
    return "'" + text.replace(/'/g, "'\"'\"'") + "'";
  }

  function curl(asked) {
    var lines = ["curl " + shell(location.origin + asked.path)];
    var csrf = document.querySelector("meta[name=csrf]");
    if (csrf) options.headers["X-CSRF-Token"] = csrf.content;
    if (asked.body !== null) {
      lines.push("-H " + shell("Content-Type: " + asked.type), "--data-binary " + shell(asked.body));
    }
    return lines.join(" \\\n  ");
  }

  // JSON strings are Python strings, but for what lies beyond 16 bits: JSON's pairs of escapes never occur, the characters stand themselves.
  function python(asked) {
    var lines = ["import json, urllib.request", "", "url = " + JSON.stringify(location.origin + asked.path)];
    if (asked.body !== null) {
      lines.push(
        "body = " + JSON.stringify(asked.body) + ".encode()",
        "request = urllib.request.Request(url, body, {'Content-Type': " + JSON.stringify(asked.type) + "})"
      );
    } else {
      lines.push("request = urllib.request.Request(url)");
    }
    lines.push("with urllib.request.urlopen(request) as answer:", "    print(answer.read().decode())");
    return lines.join("\n");
  }

  function pretty(text, type) {
    if (/json/.test(type)) {
      try {
        text = JSON.stringify(JSON.parse(text), null, 2);
      } catch (error) {
        // Not JSON after all: shown as it came.
      }
    }
    if (text.length > SHOWN) {
      text = text.slice(0, SHOWN) + "\n… " + (text.length - SHOWN).toLocaleString("en") + " more characters";
    }
    return text;
  }

  function attempt(form, article) {
    var asked = request(form);
    var shown = article.querySelector("[data-answer]");
    var status = shown.querySelector("[data-status]");
    var began = performance.now();
    var options = { method: asked.method, headers: { Accept: "application/json, */*;q=0.5" } };
    if (asked.body !== null) {
      options.body = asked.body;
      options.headers["Content-Type"] = asked.type;
    }
    shown.hidden = false;
    shown.setAttribute("aria-busy", "true");
    status.textContent = "asking …";
    fetch(asked.path, options)
      .then(function (response) {
        return response.text().then(function (text) {
          var elapsed = Math.round(performance.now() - began);
          var cut = response.headers.get("Commissure-Truncated") === "true" ? ", cut: there is more than this" : "";
          status.textContent = (response.status + " " + response.statusText).trim() + cut;
          status.classList.toggle("bad", !response.ok);
          shown.querySelector("[data-time]").textContent = elapsed + " ms";
          shown.querySelector("[data-size]").textContent = text.length.toLocaleString("en") + " characters";
          shown.querySelector("[data-text]").textContent = pretty(text, response.headers.get("Content-Type") || "");
          say("Answer " + status.textContent);
        });
      })
      .catch(function () {
        status.textContent = "The server cannot be reached.";
        status.classList.add("bad");
        say(status.textContent);
      })
      .then(function () {
        shown.removeAttribute("aria-busy");
      });
  }

  function say(text) {
    var place = document.getElementById("said");
    if (place) place.textContent = text;
  }

  document.querySelectorAll("form.try").forEach(function (form) {
    var article = form.closest("article");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      attempt(form, article);
    });
    form.addEventListener("input", function () {
      var asked = request(form);
      article.querySelector("[data-curl]").textContent = curl(asked);
      article.querySelector("[data-python]").textContent = python(asked);
    });
    form.querySelectorAll("[data-another]").forEach(function (button) {
      button.addEventListener("click", function () {
        var first = button.parentNode.querySelector("[name]");
        var another = first.cloneNode(false);
        another.removeAttribute("id");
        another.value = "";
        another.required = false;
        another.setAttribute("aria-label", first.name);
        button.before(another);
        another.focus();
      });
    });
  });
})();
