import { type ReactNode, useRef } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { PeopleForm } from "./people-form.tsx";
import { ShareList } from "./share-list.tsx";
import type { Subject } from "./shares-query.ts";

type ShareDialogProps = { subject: Subject; title: string; description?: ReactNode; onClose: () => void };

export function ShareDialog({ subject, title, description, onClose }: ShareDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <Dialog onClose={onClose} title={title} description={description} initialFocus={input} className="md:w-[520px]">
      <div className="flex flex-col gap-6">
        <PeopleForm subject={subject} inputRef={input} />
        <ShareList subject={subject} />
      </div>
    </Dialog>
  );
}
