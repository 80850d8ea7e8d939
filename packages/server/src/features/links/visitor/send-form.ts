import type { LinkSlot } from "@valetkey/contract";
import { escapeHtml } from "../../../platform/http/brand-pages.ts";
import type { VisitorUpload } from "../file-request.ts";
import type { OpenRequest } from "./look-at-link.ts";

/**
 * The script of the form with which a visitor sends files to a file request. The script sends the files one after another, and tries each
 * part of a large file up to three times. The page of the service with JavaScript uses the npm client instead, which also resumes uploads
 * after a reload.
 */
export const SEND_SCRIPT = `
const form = document.querySelector("#send");
const list = document.querySelector("#sent");
const inputs = [...form.querySelectorAll("[type=file]")];
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

async function send(file, { visitorName, slotId, show }) {
  const contentType = file.type || "application/octet-stream";
  const declared = { filename: file.name, contentType, sizeBytes: file.size, slotId };
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

const inputOf = (slotId) => (slotId ? inputs.find(({ dataset }) => dataset.slot === slotId) : undefined);

function fillSlot(slotId, isFilled) {
  const input = inputOf(slotId);
  if (input === undefined) return;
  input.disabled = isFilled;
  input.previousElementSibling.textContent = isFilled ? words.filled : input.dataset.limits;
}

function addRow({ filename, slotId }) {
  const row = list.appendChild(document.createElement("li"));
  const name = row.appendChild(document.createElement("span"));
  const slot = inputOf(slotId)?.dataset.name;
  name.textContent = slot === undefined ? filename : \`\${slot}: \${filename}\`;
  const state = name.appendChild(document.createElement("small"));
  const show = (text) => { state.textContent = text; state.className = ""; };
  const refuse = ({ message }) => { show(message); state.className = "problem"; };
  const addRemoval = (uploadId) => {
    show(words.sent);
    fillSlot(slotId, true);
    const receipt = row.appendChild(document.createElement("a"));
    receipt.textContent = words.receipt;
    receipt.ariaLabel = \`\${words.receipt}: \${filename}\`;
    receipt.href = \`\${link}/receipts/\${uploadId}\`;
    receipt.download = \`\${receipt.ariaLabel}.json\`;
    const button = row.appendChild(document.createElement("button"));
    button.textContent = words.remove;
    button.ariaLabel = \`\${words.remove}: \${filename}\`;
    const removed = () => {
      row.remove();
      fillSlot(slotId, false);
    };
    button.onclick = () => call("DELETE", \`/uploads/\${uploadId}\`).then(removed, refuse);
  };
  return { show, refuse, addRemoval };
}

form.onsubmit = async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const visitorName = form.elements.visitorName?.value;
  const open = inputs.filter((input) => !input.disabled);
  const chosen = open.flatMap((input) => [...input.files].map((file) => ({ file, slotId: input.dataset.slot })));
  if (chosen.length === 0) return open[0]?.focus();
  button.disabled = true;
  for (const one of chosen.map((each) => ({ ...each, ...addRow({ filename: each.file.name, slotId: each.slotId }) }))) {
    one.show(words.sending);
    await send(one.file, { visitorName, ...one }).then(one.addRemoval, one.refuse);
  }
  for (const input of inputs) input.value = "";
  button.disabled = false;
};
const { filled, sent } = JSON.parse(form.dataset.state);
for (const id of filled) fillSlot(id, true);
for (const { state, uploadId, isDeclined, ...file } of sent) {
  if (state === "ready" || state === "quarantined") addRow(file).addRemoval(uploadId);
  if (isDeclined) addRow(file).refuse({ message: words.declined });
}
form.hidden = false;
`;

/** `problems`: the texts of errors, by error code. The error texts of the service replace missing texts. */
type SendTexts = Record<(typeof WORDS)[number] | "receives" | "name" | "files" | "send", string> & { problems: object };

/** The texts that the script shows. */
const WORDS = ["sending", "sent", "remove", "receipt", "filled", "declined", "lost"] as const;

/**
 * Returns the HTML form with which a visitor sends files. `limits`: the HTML that says which files the file request accepts. `limitsOf`:
 * the HTML that says which file a slot accepts. The form has the files that the visitor already sent, because a request for these files
 * would count as a second visit.
 */
export function sendForm(
  { request: { askName, accept, slots }, used, sent }: OpenRequest,
  { limits, limitsOf, ...words }: SendTexts & { limits: string; limitsOf: (slot: LinkSlot) => string },
): string {
  const required = askName === "required" ? " required" : "";
  const name = `<label>${words.name} <input name="visitorName" maxlength="100" autocomplete="name"${required}></label>\n`;
  const kindsOf = (kinds: readonly string[]) => (kinds.length === 0 ? "" : ` accept="${escapeHtml(kinds.join(","))}"`);
  const pickerOf = (slot: LinkSlot) => {
    const [slotName, hint] = [escapeHtml(slot.name), limitsOf(slot)];
    const facts = `data-slot="${slot.id}" data-name="${slotName}" data-limits="${hint}"`;
    return `<label>${slotName} <small>${hint}</small><input type="file" ${facts}${kindsOf(slot.accept ?? accept)}></label>`;
  };
  const picker = `<label>${words.files} <input type="file" multiple required aria-describedby="limits"${kindsOf(accept)}></label>`;
  const pickers = slots.length === 0 ? picker : slots.map(pickerOf).join("\n");
  const shown = Object.fromEntries(WORDS.map((word) => [word, words[word]]));
  const texts = escapeHtml(JSON.stringify({ ...shown, problems: words.problems }));
  const state = escapeHtml(JSON.stringify({ filled: used.filledSlots, sent: sent.map(stateOf) }));
  return `<noscript><p>${words.receives}</p></noscript>
<form id="send" data-words="${texts}" data-state="${state}" hidden>
<p class="muted" id="limits">${limits}</p>
${askName === "no" ? "" : name}${pickers}
<button>${words.send}</button>
</form>
<ul id="sent" aria-live="polite"></ul>
<script type="module">${SEND_SCRIPT}</script>`;
}

/** Returns the facts that the script needs about a file that the visitor sent earlier. */
function stateOf({ uploadId, attachment: { filename, state, rejection }, file: { slotId } }: VisitorUpload): object {
  return { uploadId, filename, state, slotId, isDeclined: rejection?.code === "declined" };
}
