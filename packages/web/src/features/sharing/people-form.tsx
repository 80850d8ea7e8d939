import { useQuery } from "@tanstack/react-query";
import type { Share } from "@valetkey/client";
import { type FormEvent, type RefObject, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/select.tsx";
import { Problem } from "../../components/states.tsx";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { texts } from "../../texts/index.ts";
import { AddressField, withAddresses } from "./address-field.tsx";
import { isAddress, sameAddress } from "./addresses.ts";
import { DateTimeField, EndOptions } from "./end-field.tsx";
import { endOf, endOfField, fieldOf } from "./ends.ts";
import { useInvite } from "./shares.ts";
import type { Subject } from "./shares-query.ts";

const words = texts.sharing;

type Refusal = { addresses: string[]; problem: string };

/** Shares with more people: who, what they can do, until when. */
export function PeopleForm({ subject, inputRef }: { subject: Subject; inputRef: RefObject<HTMLInputElement | null> }) {
  const account = useQuery(sessionQuery).data?.user;
  const instance = useQuery(instanceQuery).data;
  const invite = useInvite(subject);
  const [chosen, setChosen] = useState<string[]>([]);
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<Refusal>();
  const [role, setRole] = useState<Share["role"]>("viewer");
  const [choice, setChoice] = useState("never");
  const [custom, setCustom] = useState("");
  const [endProblem, setEndProblem] = useState<string>();
  const now = Date.now();

  function change(addresses: string[], typed: string): void {
    setChosen(addresses);
    setText(typed);
    setRefusal(undefined);
    // What is on its way is still told how it ended.
    if (!invite.isPending) invite.reset();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    const emails = withAddresses(chosen, text);
    change(emails, "");
    const found = refuse(emails, account?.email);
    const expiresAt = choice === "custom" ? endOfField(custom, { now }) : endOf(choice, { now });
    setEndProblem(expiresAt === undefined ? words.end.past : undefined);
    setRefusal(found);
    if (found !== undefined) inputRef.current?.focus();
    if (found !== undefined || expiresAt === undefined) return;
    invite.mutate(
      { emails, terms: { role, expiresAt } },
      {
        onSuccess({ unknown }) {
          // Others may have been typed meanwhile.
          setChosen((now) => now.filter((address) => !emails.includes(address) || unknown.includes(address)));
          inputRef.current?.focus();
          if (unknown.length === 0) return;
          const { people } = words;
          const advice = instance?.signUp === "closed" ? people.unknownClosed : people.unknownOpen;
          setRefusal({ addresses: unknown, problem: `${people.unknown(unknown)} ${advice}` });
        },
      },
    );
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      <AddressField
        inputRef={inputRef}
        chosen={chosen}
        text={text}
        onChange={change}
        refused={refusal?.addresses ?? []}
        problem={refusal?.problem}
      />
      <div className="flex flex-wrap items-end gap-2">
        {"noteId" in subject && (
          <Select
            label={words.role.label}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value as Share["role"])}
          >
            <option value="viewer">{words.role.viewer}</option>
            <option value="editor">{words.role.editor}</option>
          </Select>
        )}
        <Select
          label={words.end.label}
          value={choice}
          onChange={(event) => {
            setChoice(event.currentTarget.value);
            if (custom === "") setCustom(fieldOf(now + 86_400_000));
          }}
        >
          <EndOptions hasNever />
        </Select>
        {choice === "custom" && <DateTimeField value={custom} onChange={setCustom} now={now} error={endProblem} />}
        <Button type="submit" kind="primary" disabled={invite.isPending} className="ml-auto">
          {words.share}
        </Button>
      </div>
      {invite.isError && <Problem error={invite.error} />}
      <p role="status" className="sr-only">
        {invite.data !== undefined &&
          invite.data.shared.length > 0 &&
          words.people.shared(invite.data.shared.join(", "))}
      </p>
    </form>
  );
}

/** What can be told without asking the service; undefined: nothing. */
function refuse(emails: readonly string[], own: string | undefined): Refusal | undefined {
  const { people } = words;
  if (emails.length === 0) return { addresses: [], problem: people.missing };
  const problems = emails.flatMap((address) => {
    if (!isAddress(address)) return [{ address, problem: people.invalid(address) }];
    return own !== undefined && sameAddress(address, own) ? [{ address, problem: people.own(address) }] : [];
  });
  if (problems.length === 0) return undefined;
  return {
    addresses: problems.map(({ address }) => address),
    problem: problems.map(({ problem }) => problem).join(" "),
  };
}
