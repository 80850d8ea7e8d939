import { type DropOptions, Dropzone } from "@valetkey/react";
import { Paperclip } from "lucide-react";
import { useRef } from "react";
import { dropzoneStyle } from "../../components/button.tsx";
import { useShortcut } from "../../service/shortcuts.ts";
import { texts } from "../../texts/index.ts";

export function AttachButton(drop: DropOptions) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("u", () => input.current?.click());
  return (
    <Dropzone {...drop} inputRef={input} className={dropzoneStyle}>
      <Paperclip size={16} />
      {texts.attachments.attach}
    </Dropzone>
  );
}
