import type { Attachment } from "@valetkey/client";
import { useEffect, useRef, useState } from "react";
import { FileIcon } from "../file-icon.tsx";
import { thumbnailUrl } from "./fetch-thumbnails.ts";
import { isPictured } from "./is-pictured.ts";
import { whenNear } from "./when-near.ts";

/** A file's small picture, or what kind of file it is. It is fetched when the row comes near the part of the page that is seen. */
export function Thumbnail({ attachment }: { attachment: Attachment }) {
  const [url, setUrl] = useState<string>();
  const place = useRef<HTMLSpanElement>(null);
  const isWanted = attachment.state === "ready" && isPictured(attachment);
  useEffect(() => {
    if (!isWanted || place.current === null) return;
    return whenNear(place.current, async () => setUrl(await thumbnailUrl(attachment)));
  }, [isWanted, attachment]);
  return (
    <span ref={place} className="size-10 shrink-0">
      {url === undefined ? (
        <FileIcon {...attachment} />
      ) : (
        <img
          src={url}
          alt=""
          width={40}
          height={40}
          className="-outline-offset-1 size-10 rounded-small bg-sunken object-cover outline-1 outline-line"
        />
      )}
    </span>
  );
}
