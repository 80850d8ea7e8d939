import type { Attachment } from "@valetkey/client";
import { useEffect, useRef, useState } from "react";
import { FileIcon } from "../file-icon.tsx";
import { thumbnailUrl } from "./fetch-thumbnails.ts";
import { hasThumbnail } from "./has-thumbnail.ts";
import { onNearViewport } from "./on-near-viewport.ts";

/** The thumbnail of a file, or an icon of its kind. The thumbnail is fetched when the row comes near the viewport. */
export function Thumbnail({ attachment }: { attachment: Attachment }) {
  const [url, setUrl] = useState<string>();
  const element = useRef<HTMLSpanElement>(null);
  const isWanted = attachment.state === "ready" && hasThumbnail(attachment);
  useEffect(() => {
    if (!isWanted || element.current === null) return;
    return onNearViewport(element.current, async () => setUrl(await thumbnailUrl(attachment)));
  }, [isWanted, attachment]);
  return (
    <span ref={element} className="size-10 shrink-0">
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
