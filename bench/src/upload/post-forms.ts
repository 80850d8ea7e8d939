import { once } from "node:events";
import { Agent, request } from "node:http";
import { Readable } from "node:stream";

type Forms = { port: number; path: string; token: string; files: number; fileBytes: number };

const PIECE = Buffer.alloc(2 ** 20, 7);
const BOUNDARY = "----bench-of-valet-key";

/** Posts this many files at the same time, each in its own form, as browsers do. Throws unless all responses are 201. */
export async function postForms({ port, path, token, files, fileBytes }: Forms): Promise<void> {
  const agent = new Agent({ maxSockets: files });
  const post = async (number: number) => {
    const { headers, head, tail } = formOf({ number, token, fileBytes });
    const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent });
    Readable.from(pieces({ head, fileBytes, tail }), { objectMode: false, highWaterMark: 64 * 1024 }).pipe(outgoing);
    const [response] = await once(outgoing, "response");
    // If the service refuses a form, it closes the connection. The error for the rest of the form is then no problem.
    outgoing.on("error", () => undefined);
    let text = "";
    for await (const chunk of response) text += chunk;
    if (response.statusCode !== 201) throw new Error(`A form got ${response.statusCode}: ${text}`);
  };
  await Promise.all(Array.from({ length: files }, (_, number) => post(number)));
  agent.destroy();
}

/** Returns the headers of a form with one file, and the bytes before and after the file. */
export function formOf({ number, token, fileBytes }: { number: number; token: string; fileBytes: number }) {
  const head = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="file-${number}.bin"\r\n` +
      "Content-Type: application/octet-stream\r\n\r\n",
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "content-length": head.length + fileBytes + tail.length,
  };
  return { headers, head, tail };
}

function* pieces({ head, fileBytes, tail }: { head: Buffer; fileBytes: number; tail: Buffer }) {
  yield head;
  for (let left = fileBytes; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left);
  yield tail;
}
