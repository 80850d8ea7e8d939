"use client";

import { type ItemFile, openFiles } from "@valetkey/client";
import { Dropzone, Preview, useDownload, useFileUrl, useUploads, ValetKeyProvider } from "@valetkey/react";
import { useRouter } from "next/navigation";

const client = openFiles({ baseUrl: "/files" });

type Photo = Pick<ItemFile, "id" | "filename" | "previews">;

export function Album({ owner, mayAdd, photos }: { owner: string; mayAdd: boolean; photos: Photo[] }) {
  return (
    <ValetKeyProvider client={client}>
      {mayAdd && <Uploads owner={owner} />}
      <ul className="photos">
        {photos.map((photo) => (
          <Photo key={photo.id} photo={photo} />
        ))}
      </ul>
    </ValetKeyProvider>
  );
}

function Uploads({ owner }: { owner: string }) {
  const { files, add } = useUploads({ resource: "album", itemId: owner });
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

function Photo({ photo }: { photo: Photo }) {
  const { id, filename } = photo;
  const { download } = useDownload();
  return (
    <li>
      {/* A small photo has no preview, so the page shows the photo itself. */}
      <Preview file={photo} alt={filename}>
        <Original {...photo} />
      </Preview>
      <button type="button" aria-label={`Download ${filename}`} onClick={() => download(id)}>
        Download
      </button>
    </li>
  );
}

function Original({ id, filename }: Photo) {
  const { src, onError } = useFileUrl(id);
  // biome-ignore lint/performance/noImgElement: next/image would load the photo through the server.
  return <img src={src} onError={onError} alt={filename} />;
}
