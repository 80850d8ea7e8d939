import { createClient, type WebStorage, webStore } from "../../../../packages/client/src/index.ts";

// Runs in the browser. Uploads the chosen file to the note in the URL, with the token in the URL or with the session cookie.
type InPage = {
  location: { hash: string; origin: string };
  localStorage: WebStorage;
  document: {
    querySelector(selector: "input"): { files: File[]; addEventListener(type: "change", then: () => void): void };
  };
};
const { location, localStorage, document } = globalThis as unknown as InPage;
const parameters = new URLSearchParams(location.hash.slice(1));
const token = parameters.get("token");
const client = createClient({
  baseUrl: location.origin,
  store: webStore(localStorage),
  ...(token === null ? {} : { token }),
});

export const upload: { states: string[]; firstSentBytes?: number; sentBytes: number; outcome?: string } = {
  states: [],
  sentBytes: 0,
};
Object.assign(globalThis, { upload });

const input = document.querySelector("input");
input.addEventListener("change", async () => {
  const [file] = input.files;
  if (file === undefined) return;
  const task = client.upload(parameters.get("note") ?? "", file, {
    onProgress({ state, sentBytes }) {
      if (upload.states.at(-1) !== state) upload.states.push(state);
      if (state === "sending") upload.firstSentBytes ??= sentBytes;
      upload.sentBytes = sentBytes;
    },
  });
  upload.outcome = await task.done.then(
    ({ id }) => id,
    (error) => `${error.code}: ${error.message}`,
  );
});
