import { useMutation } from "@tanstack/react-query";
import type { AdminMail } from "@valetkey/client";
import { Mail } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatWhen } from "../../texts/index.ts";
import { PagedList, refreshLists, usePages } from "./paged-list.tsx";
import { Row } from "./row.tsx";

const words = administration.mail;

/** Shows the mails that the service will send, and the mails that it gave up, the newest first. */
export function MailQueue() {
  const list = usePages(["mail"], (page) => client.admin.mails(page));
  return (
    <PagedList list={list} label={administration.tabs.mail} words={words} icon={<Mail size={28} strokeWidth={1.5} />}>
      {(mail) => <MailRow key={mail.id} mail={mail} />}
    </PagedList>
  );
}

function MailRow({ mail }: { mail: AdminMail }) {
  const now = useNow();
  const { id, email, kind, attempts, problem, givenUpAt } = mail;
  const retry = useMutation({ mutationFn: () => client.admin.retryMail(id), onSuccess: refreshLists });
  return (
    <Row
      title={email}
      marks={givenUpAt === null ? [] : [{ text: words.givenUp(formatWhen(givenUpAt, now)), isWarning: true }]}
      facts={[
        [words.kinds[kind] ?? kind, words.tries(attempts), ...nextTry(mail, now)],
        ...(problem === null ? [] : [[problem]]),
      ]}
      error={retry.error}
      actions={
        givenUpAt !== null && (
          <Button aria-label={words.againOf(email)} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {words.again}
          </Button>
        )
      }
    />
  );
}

function nextTry({ dueAt }: AdminMail, now: number): string[] {
  if (dueAt === null) return [];
  return [Date.parse(dueAt) <= now ? words.due : words.waiting(formatWhen(dueAt, now))];
}
