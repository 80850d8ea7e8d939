import { type Call, encodeCall, sendCall } from "./call.ts";
import { type Source, startCall } from "./service-calls.ts";

const CONTENT = "%PDF-1.7\n%%EOF";
const DECLARED = { filename: "Scan 12.pdf", sizeBytes: CONTENT.length, contentType: "application/pdf" };
const AT_ONCE = 32;
const FIRST_RATE = 400;
const GROWTH = 1.5;

/** The server of a turn (by its port), and the length of the turn. */
export type ServerTurn = { port: number; seconds: number };

type Started = { upload: { id: string; method: string; url: string; headers: Record<string, string> } };

/** Makes requests that complete uploads. An upload can be completed only once, so each turn prepares new uploads with their objects. */
export function createCompletions({ dataset, tokens }: Source) {
  // Uses only notes without a link. A new file in a note with a link would add a URL to each claim (download) of that link.
  const linked = new Set(dataset.links.map(({ noteId }) => noteId));
  const notes = dataset.notes.filter(({ id }) => !linked.has(id));
  const ofPort = new Map<number, { ready: Buffer[]; sent: number; rate: number }>();
  let position = 0;
  const stateOf = (port: number) => {
    const state = ofPort.get(port) ?? { ready: [], sent: 0, rate: FIRST_RATE };
    ofPort.set(port, state);
    return state;
  };
  return {
    /** Starts the uploads of a turn and sends their files. If the server completes all of them before the end, its turn ends early. */
    async prepare({ port, seconds }: ServerTurn): Promise<void> {
      const state = stateOf(port);
      if (state.sent > 0) state.rate = (GROWTH * state.sent) / seconds;
      state.sent = 0;
      const wanted = Math.ceil(state.rate * seconds);
      const work = async () => {
        while (state.ready.length < wanted) state.ready.push(encodeCall(await sendFile(port)));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    },
    next({ port }: ServerTurn): Buffer | undefined {
      const state = stateOf(port);
      state.sent += 1;
      // Completes the oldest upload first, before it expires.
      return state.ready.shift();
    },
  };

  async function sendFile(port: number): Promise<Call> {
    const note = notes[position++ % notes.length];
    if (note === undefined) throw new Error("The data set has no notes");
    const token = tokens.get(note.ownerId);
    const response = await sendCall(port, startCall(note, token, DECLARED));
    if (response.status !== 201) throw new Error(`A start returned ${response.status}: ${await response.text()}`);
    const { upload } = (await response.json()) as Started;
    const { "content-length": _signed, ...headers } = upload.headers;
    const sent = await fetch(upload.url, { method: upload.method, headers, body: CONTENT });
    if (!sent.ok) throw new Error(`The bucket returned ${sent.status}: ${await sent.text()}`);
    return { method: "POST", path: `/uploads/${upload.id}/complete`, token, body: {} };
  }
}
