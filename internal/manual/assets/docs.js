// The search and the forms of the API's reference. Nothing is stored, and nothing is sent to another origin.

/** make returns an element with properties and children. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

// ---- Search

const shownResults = 20;

/** startSearch shows the box of the search. The index is loaded when the reader first types. */
function startSearch() {
  const form = document.querySelector("#site-search");
  const box = document.querySelector("#site-query");
  const results = document.querySelector("#site-results");
  const list = results.querySelector("ol");
  const status = results.querySelector("[role=status]");
  let index;

  async function search() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    results.hidden = words.length === 0;
    if (words.length === 0) return;
    try {
      index ??= load(document.body.dataset.search).then((all) => all.map(prepared));
      const found = best(await index, words);
      if (box.value.toLowerCase().split(/\s+/).filter(Boolean).join() !== words.join()) return; // typed on meanwhile
      status.textContent = found.length === 0 ? "Nothing found" : `${found.length} found`;
      list.replaceChildren(...found.slice(0, shownResults).map((one) => result(one, words[0])));
    } catch {
      index = undefined;
      status.textContent = "The index could not be loaded. Please try again.";
    }
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.focus();
  });
  box.addEventListener("input", search);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || results.hidden) return;
    results.hidden = true;
    box.focus();
  });
}

async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** prepared adds the text in which words are looked for. */
function prepared(passage) {
  return { ...passage, page: passage.p.toLowerCase(), heading: passage.h.toLowerCase(), text: passage.t.toLowerCase() };
}

/** best returns the passages that have all words, those first that have them in their headings. */
function best(index, words) {
  const scored = [];
  for (const passage of index) {
    let sum = 0;
    for (const word of words) {
      const score = scoreOf(passage, word);
      if (score === 0) sum = -Infinity;
      sum += score;
    }
    if (sum > 0) scored.push([sum, passage]);
  }
  return scored.sort(([a], [b]) => b - a).map(([, passage]) => passage);
}

function scoreOf(passage, word) {
  if (passage.heading === word) return 30;
  if (passage.heading.includes(word)) return 10;
  if (passage.page.includes(word)) return passage.h === "" ? 12 : 5;
  const at = passage.text.indexOf(word);
  if (at < 0) return 0;
  const begins = at === 0 || /[^a-z0-9]/.test(passage.text[at - 1]);
  return begins ? 2 : 1;
}

function result(passage, word) {
  const at = Math.max(0, passage.text.indexOf(word) - 60);
  const excerpt = passage.t.slice(at, at + 180);
  const title = passage.h === "" ? passage.p : `${passage.p}: ${passage.h}`;
  return make("li", {}, make("a", { href: passage.u }, title), make("small", {}, excerpt));
}

// ---- Calls

/** key is the credential that the reader has typed. It lives as long as the page. */
let key = "";

/** startCalls adds to each operation of the page a form that sends it to this installation. */
async function startCalls() {
  const { calls, path } = document.body.dataset;
  if (!calls) return;
  for (const call of Object.values(await load(calls))) {
    const heading = call.page === path && document.getElementById(call.id);
    if (!heading) continue;
    let before = heading.nextElementSibling;
    while (before && before.tagName !== "H2") before = before.nextElementSibling;
    const form = callForm(call, heading.textContent);
    if (before) before.before(form);
    else heading.parentElement.append(form);
  }
}

function callForm(call, title) {
  const fields = call.params.map((parameter) => ({ parameter, ...parameterField(parameter) }));
  const form = make("form", { autocomplete: "off" });
  const bearer = make("input", { type: "password", autocomplete: "off", name: "bearer" });
  if (call.bearer) form.append(labelled(`Bearer: ${call.bearer}`, bearer, "Kept in this page only."));
  form.append(...fields.map((field) => field.label));
  const body = call.body === undefined ? null : make("textarea", { name: "body", spellcheck: false, value: call.body });
  if (body) form.append(labelled("Body", body, "JSON"));
  const button = make("button", {}, `Send ${call.method}`);
  const answer = make("div", { role: "status" });
  form.append(button, answer);

  const details = make("details", { className: "try" }, make("summary", {}, `Try it: ${title}`), form);
  details.addEventListener("toggle", () => {
    if (details.open && bearer.value === "") bearer.value = key;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    key = bearer.value.trim();
    button.disabled = true;
    answer.replaceChildren(make("p", {}, "Waiting for the answer …"));
    answer.replaceChildren(...await send(call, fields, body?.value));
    button.disabled = false;
  });
  return details;
}

function labelled(text, field, note) {
  return make("label", {}, make("span", {}, text), field, ...(note ? [make("small", {}, note)] : []));
}

function parameterField(parameter) {
  const { name, values, required, description } = parameter;
  const input = values
    ? make("select", { name }, ...["", ...values].map((value) => make("option", { value }, value || "—")))
    : make("input", { name, required, type: "text" });
  return { input, label: labelled(`${name} (${parameter.in}${required ? ", required" : ""})`, input, description) };
}

/** send makes the request, and returns what to show of the answer. */
async function send(call, fields, body) {
  let path = call.path;
  const query = new URLSearchParams();
  const headers = new Headers();
  for (const { parameter, input } of fields) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (parameter.in === "query") query.append(parameter.name, value);
    else headers.set(parameter.name, value);
  }
  if (call.bearer && key) headers.set("Authorization", `Bearer ${key}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  const url = query.size > 0 ? `${path}?${query}` : path;
  try {
    const response = await fetch(url, { method: call.method, headers, body, credentials: "omit" });
    return shown(`${call.method} ${url}`, response, await response.text());
  } catch (error) {
    return [make("p", { className: "fault" }, `The request failed: ${error.message}`)];
  }
}

function shown(request, response, text) {
  let formatted = text;
  if (/json/.test(response.headers.get("Content-Type") ?? "")) {
    try {
      formatted = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // shown as it came
    }
  }
  const id = response.headers.get("Request-Id");
  const line = `${request}: ${response.status} ${response.statusText}${id ? `, ${id}` : ""}`;
  const status = make("p", { className: response.ok ? "" : "fault" }, line);
  return [status, make("pre", { tabIndex: 0 }, make("code", {}, formatted))];
}

startSearch();
await startCalls();
