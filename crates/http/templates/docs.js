"use strict";
// Sends requests from the page. Credentials are read from their two fields when a request is sent, and kept nowhere.
{
  const { prefix } = document.getElementById("base").dataset;
  const caller = document.getElementById("caller");
  const scheme = document.getElementById("scheme");
  const secret = document.getElementById("secret");
  const form = document.getElementById("try");

  // A browser that comes back to the page must not bring them along.
  const forget = () => caller.reset();
  window.addEventListener("pageshow", forget);
  window.addEventListener("pagehide", forget);
  caller.addEventListener("submit", (event) => event.preventDefault());
  caller.hidden = false;

  function authorization() {
    const value = secret.value.trim();
    if (!scheme.value || !value) return {};
    if (scheme.value !== "Basic") return { Authorization: `${scheme.value} ${value}` };
    const bytes = new TextEncoder().encode(value);
    return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  }

  async function send(method, address, body, shown) {
    const open = address.match(/{[^}]*}/);
    if (open) {
      shown.hidden = false;
      shown.textContent = `Put a value in place of ${open[0]} in the address.`;
      return;
    }
    // What is deleted does not come back by a second press.
    if (method === "DELETE" && !window.confirm(`DELETE ${address}?`)) return;
    const headers = { Accept: "application/json", ...authorization() };
    if (body) headers["Content-Type"] = "application/json";
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const options = { method, headers, body: body || undefined, credentials: "omit", cache: "no-store" };
      const answer = await fetch(prefix + address, options);
      const lines = [`HTTP ${answer.status} ${answer.statusText}`];
      answer.headers.forEach((value, name) => lines.push(`${name}: ${value}`));
      shown.textContent = `${lines.join("\n")}\n\n${await answer.text()}`;
    } catch (error) {
      shown.textContent = `No answer: ${error}`;
    }
  }

  function offer(operation) {
    const { method, target, body } = operation.dataset;
    const offered = form.content.cloneNode(true).firstElementChild;
    const [address, text] = offered.querySelectorAll("input, textarea");
    for (const input of [address, text]) {
      input.id = `${operation.id}-${input.tagName.toLowerCase()}`;
      input.previousElementSibling.htmlFor = input.id;
    }
    offered.setAttribute("aria-label", `Try ${method} ${target}`);
    address.value = target;
    if (body) text.value = body;
    else text.parentElement.remove();
    const shown = offered.querySelector("pre");
    offered.addEventListener("submit", (event) => {
      event.preventDefault();
      // An address of elsewhere is refused by the browser: the page may ask nobody but this server.
      send(method, address.value, text.isConnected ? text.value : "", shown);
    });
    operation.append(offered);
  }

  for (const operation of document.querySelectorAll("details[data-method]")) {
    operation.addEventListener("toggle", () => {
      if (operation.open && !operation.querySelector("form")) offer(operation);
    });
  }

  // A link to a part that is folded up unfolds it.
  function unfold() {
    const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (wanted instanceof HTMLDetailsElement) wanted.open = true;
  }
  window.addEventListener("hashchange", unfold);
  unfold();
}
