import { openFiles } from "@valetkey/client";

const files = openFiles({ baseUrl: `${location.origin}/files` });
const find = (id) => document.getElementById(id);
const say = (text) => {
  find("status").textContent = text;
};

async function send(method, path, json) {
  const body = json && { body: JSON.stringify(json), headers: { "content-type": "application/json" } };
  const response = await fetch(path, { method, ...body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.status === 204 ? undefined : response.json();
}

find("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  await send("POST", "/sign-in", { name: new FormData(event.target).get("name") });
  if (location.hash === "") location.hash = (await send("POST", "/notes", { title: "My note" })).id;
  find("sign-in").hidden = true;
  find("note").hidden = false;
  find("address").href = location.href;
  await show();
});

const note = () => ({ resource: "note", id: location.hash.slice(1) });

find("file").addEventListener("change", async ({ target }) => {
  const onProgress = ({ state, sentBytes, totalBytes }) =>
    say(`${state} ${Math.round((100 * sentBytes) / totalBytes)} %`);
  await files.upload(note(), target.files[0], { onProgress }).done.catch((error) => say(error.message));
  await show();
});

find("share").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get("name");
  await send("PUT", `/notes/${note().id}/shares/${encodeURIComponent(name)}`);
  say(`${name} may read this note.`);
});

async function show() {
  try {
    const items = [];
    for await (const { id, filename } of files.iterate(note())) {
      const button = Object.assign(document.createElement("button"), { textContent: filename });
      button.addEventListener("click", async () => {
        const response = await fetch(`/attachments/${id}/url`);
        if (!response.ok) return say("You may not download this file.");
        location.assign((await response.json()).fileUrl);
      });
      const item = document.createElement("li");
      item.append(button);
      items.push(item);
    }
    find("list").replaceChildren(...items);
  } catch (error) {
    say(error.message);
  }
}
