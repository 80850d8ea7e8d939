import { createValetKey } from "@valetkey/server";

/** Opens the embedding for the checks: ann owns invoice 42, and ben may only read it. The header `x-user` names the user. */
export const openFiles = () =>
  createValetKey({
    bucket: JSON.parse(process.env.BUCKET),
    database: "files.db",
    user: (request) => {
      const id = request.headers.get("x-user");
      return id === null ? null : { id };
    },
    resources: {
      invoice: {
        may: (user, action, id) => id === "42" && (user.id === "ann" || (user.id === "ben" && action === "read")),
        accept: ["text/plain", "application/octet-stream"],
        maxBytes: 100_000_000,
        validate: (file) => (file.filename === "draft.txt" ? "A draft is no invoice." : undefined),
      },
    },
  });
