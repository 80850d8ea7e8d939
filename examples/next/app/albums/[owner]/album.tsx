"use client";

import { openFiles } from "@valetkey/client";
import { Files, ValetKeyProvider } from "@valetkey/react";
import "@valetkey/react/files.css";

const client = openFiles({ baseUrl: "/files" });

export function Album({ owner, isOwner }: { owner: string; isOwner: boolean }) {
  return (
    <ValetKeyProvider client={client}>
      <Files
        item={{ resource: "album", itemId: owner }}
        accept="image/*"
        canAdd={isOwner}
        canRemove={isOwner}
        texts={{ files: "Photos", add: "Add photos", empty: "No photos yet." }}
      />
    </ValetKeyProvider>
  );
}
