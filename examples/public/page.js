import { openFiles } from "/client/index.js";

const files = openFiles({ baseUrl: "/files" });
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

const note = () => ({ resource: "note", itemId: location.hash.slice(1) });

find("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  const onProgress = ({ state, sentBytes, totalBytes }) => {
    say(`${file.name}: ${state}`);
    Object.assign(find("progress"), { hidden: false, value: sentBytes, max: totalBytes || 1 });
  };
  await files.upload(note(), file, { onProgress }).done.then(
    () => say(`${file.name} is stored.`),
    (error) => say(error.message),
  );
  find("progress").hidden = true;
  target.value = "";
  await show();
});

find("share").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get("name");
  await send("PUT", `/notes/${note().itemId}/shares/${encodeURIComponent(name)}`).then(
    () => say(`${name} may read this note.`),
    () => say(`${name} has to sign in first.`),
  );
});

async function show() {
  try {
    const items = [];
    for await (const { id, filename, state } of files.iterate(note())) {
      if (state !== "ready") continue;
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
    find("list").hidden = false;
  } catch (error) {
    say(error.message);
  }
}
