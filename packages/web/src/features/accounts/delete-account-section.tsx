import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/page.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { keys } from "../../service/queries.ts";
import { deleteAccountTexts as words } from "../../texts/en/settings.ts";
import { formatBytes, formatCount } from "../../texts/index.ts";
import { PasswordAgain, useHasPassword } from "./password-again.tsx";

/** Asks for the password, and then deletes the account of the user. `onDeleted` leaves the app. */
export function DeleteAccountSection({ onDeleted }: { onDeleted: () => Promise<void> }) {
  const hasPassword = useHasPassword();
  const [isOpen, setOpen] = useState(false);
  if (!hasPassword) return <Section title={words.title} hint={words.noPassword} />;
  return (
    <Section title={words.title} hint={words.hint}>
      {isOpen ? (
        <Deletion onDeleted={onDeleted} onClose={() => setOpen(false)} />
      ) : (
        <Button className="self-start text-danger" onClick={() => setOpen(true)}>
          {words.open}
        </Button>
      )}
    </Section>
  );
}

function Deletion({ onDeleted, onClose }: { onDeleted: () => Promise<void>; onClose: () => void }) {
  const remove = useMutation({ mutationFn: accountCalls.delete, onSuccess: onDeleted });
  // The deletion ends the session, so the service would refuse a later request.
  const enabled = !remove.isPending && !remove.isSuccess;
  const contents = useQuery({ queryKey: keys.contents, queryFn: accountCalls.contents, staleTime: 0, enabled });
  if (contents.isError) return <Failure title={words.failedToLoad} query={contents} />;
  if (contents.data === undefined) return <Skeleton className="h-44" />;
  const { notes, files, bytes, links, people } = contents.data;
  return (
    <PasswordAgain
      action={words.action}
      kind="danger"
      error={remove.error}
      isPending={remove.isPending || remove.isSuccess}
      onSubmit={(password) => remove.mutate(password)}
      onClose={onClose}
    >
      <div className="flex flex-col gap-2 text-pretty text-small">
        <p className="font-medium">{words.goes}</p>
        <ul className="list-disc pl-5">
          <li>{formatCount(notes, words.notes)}</li>
          <li>{words.filesOf(formatCount(files, words.files), formatBytes(bytes))}</li>
          <li>{formatCount(links, words.links)}</li>
          <li>{words.rest}</li>
        </ul>
        <p>
          {people > 0 && words.peopleLose(formatCount(people, words.people))} {words.signedOut}
        </p>
        <p className="font-medium">{words.stays}</p>
        <ul className="list-disc pl-5">
          <li>{words.sent}</li>
          <li>{words.log}</li>
        </ul>
        <p className="font-medium">{words.keep}</p>
      </div>
    </PasswordAgain>
  );
}
