import type { App } from "../platform/http/routes.ts";
import { fileForm } from "./form.ts";
import { declare, webp } from "./pictures.ts";
import type { Client } from "./service.ts";
import type { World } from "./world.ts";

/** The suffix for a route that accepts a form or JSON. With this suffix, the test sends JSON. */
export const WITH_JSON = " (JSON)";

/** Returns the object key that a request can adopt as a file of the note in `world`. */
export function keyToAdopt({ noteId }: World): string {
  return `imported/${noteId}`;
}

const bodies: Record<string, (world: World) => object> = {
  "PATCH /notes/:noteId": () => ({ title: "New" }),
  "POST /notes": () => ({ title: "Mine" }),
  [`POST /notes/:noteId/attachments${WITH_JSON}`]: (world) => ({ key: keyToAdopt(world) }),
  "PUT /me/mail-preferences": () => ({ shares: "daily" }),
  "POST /token-requests": () => ({ label: "laptop" }),
  "POST /token-requests/state": () => ({ token: `vk_${"A".repeat(43)}` }),
  "POST /token-requests/look": () => ({ code: "BCDF-GHJK" }),
  "POST /token-requests/answer": () => ({ code: "BCDF-GHJK", decision: "confirm" }),
  "POST /tokens": () => ({ label: "laptop" }),
  "POST /webhooks": () => ({ url: "https://hooks.example.com/", events: ["upload.ready"] }),
  "PATCH /webhooks/:webhookId": () => ({ description: "Archive" }),
  "POST /admin/webhooks": () => ({ url: "https://hooks.example.com/", events: ["upload.ready"] }),
  "PATCH /admin/webhooks/:webhookId": () => ({ description: "Archive" }),
  "POST /notes/:noteId/uploads": () => ({ filename: "a.txt", sizeBytes: 5, contentType: "text/plain" }),
  "POST /notes/:noteId/uploads/batch": () => ({
    uploads: [{ filename: "a.txt", sizeBytes: 5, contentType: "text/plain" }],
  }),
  "POST /uploads/complete": ({ uploadId }) => ({ uploadIds: [uploadId] }),
  "POST /uploads/:uploadId/parts": () => ({ partNumbers: [1] }),
  "POST /s3/multipart": ({ noteId }) => ({ filename: "a.txt", type: "text/plain", metadata: { noteId, size: 5 } }),
  "POST /s3/multipart/:uploadId/complete": () => ({ parts: [] }),
  "POST /notes/:noteId/links": () => ({ label: "For the tax office" }),
  "POST /attachments/:attachmentId/links": () => ({}),
  "POST /links/:linkId/mails": () => ({ to: ["mia@example.com"] }),
  "PATCH /links/:linkId": () => ({ label: "For the bank" }),
  "PUT /notes/:noteId/shares": () => ({ userIds: ["somebody"] }),
  "PUT /attachments/:attachmentId/shares": () => ({ userIds: ["somebody"] }),
  "PUT /notes/:noteId/access-requests/:userId": () => ({ role: "viewer" }),
  "PATCH /invitations/:invitationId": () => ({ role: "editor" }),
  "POST /invitations/look": () => ({ token: "A".repeat(43) }),
  "POST /invitations/redeem": () => ({ token: "A".repeat(43) }),
  "PATCH /attachments/:attachmentId": () => ({ filename: "renamed.txt" }),
  "POST /attachments/:attachmentId/review": () => ({ decision: "accept" }),
  "POST /public/links/:token/unlock": () => ({ password: "open sesame" }),
  "POST /public/links/:token/previews": ({ attachmentId }) => ({ attachmentIds: [attachmentId] }),
  "POST /public/links/:token/uploads": () => ({ filename: "a.txt", sizeBytes: 5, contentType: "text/plain" }),
  "POST /public/links/:token/uploads/batch": () => ({
    uploads: [{ filename: "a.txt", sizeBytes: 5, contentType: "text/plain" }],
  }),
  "POST /public/links/:token/uploads/complete": () => ({ uploadIds: ["01990000-0000-7000-8000-000000000000"] }),
  "POST /public/links/:token/uploads/:uploadId/parts": () => ({ partNumbers: [1] }),
  "PATCH /admin/people/:userId": () => ({ isDisabled: true }),
  "POST /admin/invitations": () => ({ email: "new@example.com" }),
  "PUT /admin/policy/:name": () => ({ value: "closed" }),
  "POST /receipts/verify": () => ({ statement: "{}", signature: "", keyId: "" }),
  "POST /attachments/:attachmentId/move": ({ noteId }) => ({ fromNoteId: noteId, toNoteId: noteId }),
  "POST /attachments/:attachmentId/copy": ({ noteId }) => ({ toNoteId: noteId }),
  "POST /attachments/move-effects": ({ attachmentId, noteId }) => ({ attachmentIds: [attachmentId], toNoteId: noteId }),
  "POST /attachments/previews": ({ attachmentId }) => ({ previews: [declare(webp(), { attachmentId })] }),
  "POST /attachments/previews/complete": ({ attachmentId }) => ({ previews: [{ attachmentId, name: "small" }] }),
  "POST /attachments/urls": ({ attachmentId }) => ({ attachmentIds: [attachmentId] }),
};

const queries: Record<string, (world: World) => Record<string, string>> = {
  "GET /attachments": () => ({ scope: "shared" }),
  "GET /s3/multipart/:uploadId": ({ uploadId }) => ({ key: uploadId }),
  "GET /s3/multipart/:uploadId/:partNumber": ({ uploadId }) => ({ key: uploadId }),
  "GET /s3/multipart/:uploadId/batch": ({ uploadId }) => ({ key: uploadId, partNumbers: "1" }),
  "POST /s3/multipart/:uploadId/complete": ({ uploadId }) => ({ key: uploadId }),
  "DELETE /s3/multipart/:uploadId": ({ uploadId }) => ({ key: uploadId }),
};

/** Matches a route with the token of a link, which visitors call. */
export const IS_OF_VISITORS = /\/(?:links|s)\/:token(?:\/|$)/;

export const IS_OF_REQUESTS = /:token\/(?:uploads|receipts)(?:\/|$)/;

/** Returns every route in the OpenAPI document, for example `GET /notes/:noteId`. */
export function routesOf(app: App): string[] {
  return Object.entries(app.swagger().paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
  );
}

/** Returns the user id for the path of a route, with which the owner of the note can call the route. */
function userIdIn(route: string): string {
  if (route.includes("access-requests")) return "asker";
  return route.startsWith("DELETE /notes") ? "viewer" : "fileViewer";
}

/** Returns a valid request to a route for the note, the file and the other objects in `world`. */
export function requestOf(route: string, world: World): Parameters<Client["send"]> {
  const target = route
    .replace(WITH_JSON, "")
    .replace(":noteId", world.noteId)
    .replace(":attachmentId", world.attachmentId)
    .replace(":uploadId", world.uploadId)
    .replace(":linkId", world.linkId)
    .replace(":invitationId", world.invitationId)
    .replace(":claimId", world.linkId)
    .replace(":partNumber", "1")
    .replace(":tokenId", world.noteId)
    .replace(":mailId", world.noteId)
    .replace("/admin/policy/:name", "/admin/policy/sign-up")
    .replace(":webhookId", world.noteId)
    .replace(":deliveryId", `${world.noteId}-upload-ready`)
    .replace(":userId", userIdIn(route));
  const json = bodies[route]?.(world);
  const form = route === "POST /notes/:noteId/attachments" ? fileForm() : undefined;
  const query = queries[route]?.(world);
  return [
    query === undefined ? target : `${target}?${new URLSearchParams(query)}`,
    { ...(json && { json }), ...(form && { form }) },
  ];
}
