import type { FileRequest } from "@valetkey/contract";
import { escapeHtml } from "../../../platform/http/brand-pages.ts";

/**
 * The script of the form with which a visitor sends files to a file request. The script sends the files one after another, and tries each
 * part of a large file up to three times. The page of the service with JavaScript uses the npm client instead, which also resumes uploads
 * after a reload.
 */
export const SEND_SCRIPT = `
const form = document.querySelector("#send");
const list = document.querySelector("#sent");
const words = JSON.parse(form.dataset.words);
const link = location.pathname.replace(/\\/s\\/([^/]+)\\/download$/, "/public/links/$1");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function call(method, path, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(link + path, { method, ...json }).catch(() => {
    throw new Error(words.lost);
  });
  const answer = response.status === 204 ? {} : await response.json();
  if (response.ok) return answer;
  throw new Error(words.problems[answer.code] ?? answer.detail);
}

async function put(sign, bytes) {
  for (let attempt = 1; ; attempt++) {
    const { url, headers } = await sign();
    delete headers["content-length"];
    const response = await fetch(url, { method: "PUT", headers, body: bytes }).catch(() => undefined);
    if (response?.ok) return;
    if (attempt === 3) throw new Error(words.lost);
    await wait(attempt * 1000);
  }
}

async function sendBytes({ id, partSize, partCount, ...request }, { file, show }) {
  if (request.url !== undefined) return put(async () => ({ ...request, headers: { ...request.headers } }), file);
  for (let part = 1; part <= partCount; part++) {
    const sign = async () => (await call("POST", \`/uploads/\${id}/parts\`, { partNumbers: [part] })).parts[0];
    await put(sign, file.slice((part - 1) * partSize, part * partSize));
    show(\`\${words.sending} \${Math.floor((part / partCount) * 100)} %\`);
  }
}

async function send(file, { visitorName, show }) {
  const contentType = file.type || "application/octet-stream";
  const declared = { filename: file.name, contentType, sizeBytes: file.size };
  const { upload } = await call("POST", "/uploads", visitorName ? { ...declared, visitorName } : declared);
  await sendBytes(upload, { file, show }).catch(async (error) => {
    await call("DELETE", \`/uploads/\${upload.id}\`).catch(() => undefined);
    throw error;
  });
  // From here, a lost response must not delete the file, because the owner may have it already.
  let sent = await call("POST", \`/uploads/\${upload.id}/complete\`, {});
  while (sent.state === "verifying" || sent.state === "scanning") {
    await wait(2000);
    sent = (await call("GET", \`/uploads/\${upload.id}\`)).upload;
  }
  if (sent.state === "rejected") throw new Error(words.problems.upload_rejected ?? sent.reason);
  return upload.id;
}

function addRow(filename) {
  const row = list.appendChild(document.createElement("li"));
  const name = row.appendChild(document.createElement("span"));
  name.textContent = filename;
  const state = name.appendChild(document.createElement("small"));
  const show = (text) => { state.textContent = text; state.className = ""; };
  const refuse = ({ message }) => { show(message); state.className = "problem"; };
  const addRemoval = (uploadId) => {
    show(words.sent);
    const button = row.appendChild(document.createElement("button"));
    button.textContent = words.remove;
    button.ariaLabel = \`\${words.remove}: \${filename}\`;
    button.onclick = () => call("DELETE", \`/uploads/\${uploadId}\`).then(() => row.remove(), refuse);
  };
  return { show, refuse, addRemoval };
}

form.onsubmit = async (event) => {
  event.preventDefault();
  const [button, { files }] = [form.querySelector("button"), form.querySelector("[type=file]")];
  const visitorName = form.elements.visitorName?.value;
  button.disabled = true;
  for (const file of [...files].map((each) => ({ each, ...addRow(each.name) }))) {
    file.show(words.sending);
    await send(file.each, { visitorName, show: file.show }).then(file.addRemoval, file.refuse);
  }
  form.querySelector("[type=file]").value = "";
  button.disabled = false;
};
const { files: earlier } = await call("GET", "/uploads").catch(() => ({ files: [] }));
for (const { uploadId, filename, state } of earlier) if (state === "ready") addRow(filename).addRemoval(uploadId);
form.hidden = false;
`;

/** `problems`: the texts of errors, by error code. The error texts of the service replace missing texts. */
type SendTexts = Record<"receives" | "name" | "files" | "send" | "sending" | "sent" | "remove" | "lost", string> & {
  problems: object;
};

/** Returns the HTML form with which a visitor sends files. `limits`: the HTML that says which files the file request accepts. */
export function sendForm(
  { askName, accept }: FileRequest,
  { limits, ...words }: SendTexts & { limits: string },
): string {
  const { problems, sending, sent, remove, lost } = words;
  const required = askName === "required" ? " required" : "";
  const name = `<label>${words.name} <input name="visitorName" maxlength="100" autocomplete="name"${required}></label>\n`;
  const kinds = accept.length === 0 ? "" : ` accept="${escapeHtml(accept.join(","))}"`;
  const texts = escapeHtml(JSON.stringify({ problems, sending, sent, remove, lost }));
  return `<noscript><p>${words.receives}</p></noscript>
<form id="send" data-words="${texts}" hidden>
<p class="muted" id="limits">${limits}</p>
${askName === "no" ? "" : name}<label>${words.files} <input type="file" multiple required aria-describedby="limits"${kinds}></label>
<button>${words.send}</button>
</form>
<ul id="sent" aria-live="polite"></ul>
<script type="module">${SEND_SCRIPT}</script>`;
}
