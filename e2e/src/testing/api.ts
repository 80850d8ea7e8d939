import { signTestJwt } from "../../../packages/server/src/http/auth/testing/test-jwt.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reads an answer's members as they come and asserts on them.
type Json = any;
export type Answer = { status: number; body: Json; headers: Headers };

/** One person's view of the service: calls with their bearer token, answers read whole. */
export type Api = {
  userId: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  attach(noteId: string, file: { name: string; bytes: Uint8Array; type?: string }): Promise<Answer>;
};

export async function apiAs(url: string, person: { sub: string; email?: string } | { token: string }): Promise<Api> {
  const token = "token" in person ? person.token : await signTestJwt(person);
  const authorization = `Bearer ${token}`;

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const headers = { authorization, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${url}${path}`, { ...init, headers, redirect: "manual" });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  return {
    userId: "sub" in person ? person.sub : "",
    call: (method, path, body) =>
      send(path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    attach(noteId, { name, bytes, type = "application/octet-stream" }) {
      const form = new FormData();
      form.set("file", new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), name);
      return send(`/notes/${noteId}/attachments`, { method: "POST", body: form });
    },
  };
}

/** Puts bytes where an upload's answer says, exactly as it says. */
export function putAsTold(
  upload: { method: string; url: string; headers: Record<string, string> },
  bytes: Uint8Array,
): Promise<Response> {
  return fetch(upload.url, {
    method: upload.method,
    headers: upload.headers,
    body: bytes as Uint8Array<ArrayBuffer>,
  });
}
