"use client";

import { openFiles } from "@valetkey/client";
import { Dropzone, useDownload, useFileUrl, useUploads, ValetKeyProvider } from "@valetkey/react";
import { useRouter } from "next/navigation";

const client = openFiles({ baseUrl: "/files" });

type Photo = { id: string; filename: string };

export function Album({ owner, mayAdd, photos }: { owner: string; mayAdd: boolean; photos: Photo[] }) {
  return (
    <ValetKeyProvider client={client}>
      {mayAdd && <Uploads owner={owner} />}
      <ul className="photos">
        {photos.map((photo) => (
          <Photo key={photo.id} {...photo} />
        ))}
      </ul>
    </ValetKeyProvider>
  );
}

function Uploads({ owner }: { owner: string }) {
  const { files, add } = useUploads({ resource: "album", id: owner });
  const { refresh } = useRouter();
  return (
    <>
      <Dropzone className="dropzone" accept="image/*" onFiles={(added) => add(added, { onUploaded: refresh })}>
        Add photos, or drop them here
      </Dropzone>
      {files
        .filter(({ uploaded }) => uploaded === undefined)
        .map(({ key, name, state, error, sentBytes, totalBytes }) => (
          <p key={key} role="status">
            {name}: {error?.message ?? state}
            {!error && <progress value={sentBytes} max={totalBytes} />}
          </p>
        ))}
    </>
  );
}

function Photo({ id, filename }: Photo) {
  const { src, onError } = useFileUrl(id);
  const { download } = useDownload();
  return (
    <li>
      {/* biome-ignore lint/performance/noImgElement: next/image would load the photo through the server. */}
      <img src={src} onError={onError} alt={filename} />
      <button type="button" aria-label={`Download ${filename}`} onClick={() => download(id)}>
        Download
      </button>
    </li>
  );
}
