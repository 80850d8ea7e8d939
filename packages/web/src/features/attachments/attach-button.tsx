import { Paperclip } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../components/button.tsx";
import { useShortcut } from "../../service/shortcuts.ts";
import { texts } from "../../texts/index.ts";
import type { ChosenFile } from "./uploads/upload.ts";

export function AttachButton({ onChosen }: { onChosen: (files: ChosenFile[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("u", () => input.current?.click());
  return (
    <>
      <Button onClick={() => input.current?.click()}>
        <Paperclip size={16} />
        {texts.attachments.attach}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          const files = Array.from(currentTarget.files ?? [], (file) => ({ file }));
          // Otherwise the browser does not report the same file twice in a row.
          currentTarget.value = "";
          if (files.length > 0) onChosen(files);
        }}
      />
    </>
  );
}
