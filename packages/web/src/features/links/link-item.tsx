import type { Link } from "@valetkey/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useFocusBack } from "../../components/hooks.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { nameOfLink } from "./describe-link.tsx";
import { LinkTicket } from "./link-ticket.tsx";
import { useUpdateLink } from "./links-query.ts";
import { openVisitorView } from "./visitor-view.ts";

const words = linkTexts.form;
// The page with all links loads the form on demand, to keep the first load small (e2e/src/web/performance.test.ts).
const loadForm = () => importWithRetry(() => import("./link-form.tsx"));

type LinkItemProps = {
  link: Link;
  place?: ReactNode;
  on?: "surface" | "canvas";
  /** Makes a link like this one, after this one has ended. */
  onAgain?: (ended: Link) => void;
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
};

/** A link in a list: its ticket. The form that edits it replaces the content of the dialog, or opens a dialog. */
export function LinkItem({ link, ...ticket }: LinkItemProps) {
  const update = useUpdateLink(link);
  const [isEdited, setEdited] = useState(false);
  const { data: code, error } = useCode("link form", loadForm, { isNeeded: isEdited });
  useEffect(() => {
    if (error === null) return;
    showProblem(error);
    setEdited(false);
  }, [error]);
  const editButton = useRef<HTMLButtonElement>(null);
  useFocusBack(editButton, isEdited);
  function close(): void {
    setEdited(false);
    update.reset();
  }
  return (
    <li>
      <LinkTicket
        {...ticket}
        link={link}
        editButton={editButton}
        onEdit={() => setEdited(true)}
        onVisit={() => void openVisitorView(link).catch(showProblem)}
      />
      {isEdited && code !== undefined && (
        <code.LinkForm
          title={words.editTitle(nameOfLink(link))}
          kind={link.kind}
          subject={link.noteId}
          link={link}
          noteId={link.noteId}
          action={words.save}
          pendingAction={words.saving}
          isPending={update.isPending}
          error={update.error}
          onSubmit={(body, forget) =>
            update.mutate(body, {
              onSuccess() {
                forget();
                close();
              },
            })
          }
          onClose={close}
        />
      )}
    </li>
  );
}
