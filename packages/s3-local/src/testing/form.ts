import { createPresigner, type PolicyCondition } from "@valetkey/presign";
import { BUCKET, CREDENTIALS } from "./names.ts";

const BOUNDARY = "----form";

/** A field of a form: its name and value, and for the file also the filename. */
export type FormPart = [name: string, value: string | Buffer, filename?: string];

export function encodeForm(parts: readonly FormPart[], end = `--${BOUNDARY}--\r\n`) {
  const pieces = parts.flatMap(([name, value, filename]) => {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from("\r\n")];
  });
  const body = Buffer.concat([...pieces, Buffer.from(end)]);
  const headers: Record<string, string> = {
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    "content-length": String(body.length),
  };
  return { method: "POST", headers, body };
}

type Signing = { key?: string; fields?: Record<string, string>; conditions?: PolicyCondition[]; bucket?: string };

export function signForm(endpoint: string, { bucket = BUCKET, key = "a", fields = {}, conditions = [] }: Signing = {}) {
  const presigner = createPresigner({ bucket, region: "us-east-1", endpoint, forcePathStyle: true });
  const signing = { credentials: CREDENTIALS, expiresInSeconds: 60, now: Date.now() };
  return Object.entries(presigner.presignPost({ key, fields, conditions, ...signing }).fields);
}
