import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { TokenRequest } from "@valetkey/client";
import { SquareTerminal } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { useDocumentTitle, useNow } from "../../components/hooks.ts";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { keys, queryClient, sessionQuery } from "../../service/queries.ts";
import { terminalTexts as words } from "../../texts/en/terminal.ts";
import { formatFullDate, formatWhen } from "../../texts/index.ts";
import { AccountCard } from "./account-card.tsx";
import { useForm } from "./form-validation.ts";

type Decision = "confirm" | "refuse";

/**
 * The page where a person types the code that a terminal shows. The page reads no code from its URL, because a stranger could send a URL
 * with the code of the stranger's terminal.
 */
export function ConfirmTerminal() {
  useDocumentTitle(words.title);
  const { data: session } = useQuery(sessionQuery);
  const look = useMutation({ mutationFn: (code: string) => client.tokens.lookAtRequest(code) });
  const answer = useMutation({
    mutationFn: (decision: Decision) => client.tokens.answerRequest({ code: look.variables ?? "", decision }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.tokens }),
  });
  if (answer.isSuccess) return <Done decision={answer.variables} />;
  if (!look.isSuccess) return <CodeForm look={look} />;
  return (
    <AccountCard title={words.ask}>
      <div className="flex flex-col gap-4">
        {answer.isError && <Problem error={answer.error} />}
        <Facts request={look.data} email={session?.user.email} />
        <div className="flex flex-col gap-1 rounded-card bg-warning-soft px-3 py-2 text-pretty text-small">
          <p className="font-semibold">{words.onlyIf}</p>
          <p>{words.rights(formatFullDate(look.data.tokenExpiresAt))}</p>
        </div>
        <Button kind="primary" disabled={answer.isPending} onClick={() => answer.mutate("confirm")}>
          {words.confirm}
        </Button>
        <Button disabled={answer.isPending} onClick={() => answer.mutate("refuse")}>
          {words.refuse}
        </Button>
      </div>
    </AccountCard>
  );
}

type Look = { isPending: boolean; isError: boolean; error: unknown; mutate(code: string): void };

function CodeForm({ look }: { look: Look }) {
  const { form, problems } = useForm({
    fields: ["code"],
    check: ({ code }) => ({ code: code.trim() === "" ? words.codeMissing : undefined }),
    send: ({ code }) => look.mutate(code),
  });
  return (
    <AccountCard title={words.title} hint={words.hint}>
      <form {...form} className="flex flex-col gap-4">
        {look.isError && <Problem error={look.error} />}
        <TextField
          name="code"
          label={words.code}
          hint={words.codeHint}
          placeholder="BDFG-HJKL"
          maxLength={40}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          autoFocus
          error={problems.code}
        />
        <Button type="submit" kind="primary" disabled={look.isPending}>
          {words.next}
        </Button>
      </form>
    </AccountCard>
  );
}

function Facts({ request, email }: { request: TokenRequest; email: string | undefined }) {
  const now = useNow();
  const title = useRef<HTMLParagraphElement>(null);
  // The form that had the focus no longer exists.
  useEffect(() => title.current?.focus(), []);
  const facts = [
    [words.address, request.clientAddress],
    [words.asked, formatWhen(request.requestedAt, now)],
    [words.account, email ?? ""],
  ];
  return (
    <div className="flex flex-col gap-3 rounded-card border bg-surface p-4">
      <p ref={title} tabIndex={-1} dir="auto" className="flex items-start gap-2 font-medium outline-none">
        <SquareTerminal size={20} aria-hidden="true" className="shrink-0 text-accent" />
        <span className="min-w-0 wrap-anywhere">{request.label}</span>
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-small">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Done({ decision }: { decision: Decision }) {
  const { title, hint } = words.done[decision];
  return (
    <AccountCard title={title}>
      <p role="status" className="mb-6 text-balance text-center">
        {hint}
      </p>
      <Link to="/settings/$part" params={{ part: "tokens" }} className={buttonStyle({ className: "w-full" })}>
        {words.tokens}
      </Link>
    </AccountCard>
  );
}
