import { signTestJwt } from "../../../packages/server/src/testing/auth/test-jwt.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reads members of a response and asserts on them.
type Json = any;
export type Answer = { status: number; body: Json; headers: Headers };

/** A simple API client with the bearer token of one user. */
export type Api = {
  userId: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  attach(noteId: string, file: { name: string; bytes: Uint8Array; type?: string }): Promise<Answer>;
};

export async function apiAs(
  url: string,
  person: { sub: string; email?: string; email_verified?: boolean; exp?: number } | { token: string },
): Promise<Api> {
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

/** Sends bytes to the bucket with the method, URL and headers that the service returned for an upload or a part. */
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
