import { useQuery } from "@tanstack/react-query";
import type { CreatedToken } from "@valetkey/client";
import { useState } from "react";
import { Section } from "../../components/section.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { keys } from "../../service/queries.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";
import { NewToken } from "./new-token.tsx";
import { TokenForm } from "./token-form.tsx";
import { TokenRow } from "./token-row.tsx";

const words = settingsTexts.tokens;

export function TokenSection() {
  const list = useQuery({ queryKey: keys.tokens, queryFn: ({ signal }) => client.tokens.list({ signal }) });
  // The new token is never cached, because it is a secret.
  const [created, setCreated] = useState<CreatedToken>();
  const tokens = list.data?.tokens;
  return (
    <Section title={words.title} hint={words.hint}>
      {created === undefined ? (
        <TokenForm onCreated={setCreated} />
      ) : (
        <NewToken token={created} onDone={() => setCreated(undefined)} />
      )}
      {list.isPending && <Skeleton className="h-14" />}
      {list.isError && tokens === undefined && (
        <Failure title={words.failedToLoad} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {tokens?.length === 0 && <p className="text-muted text-small">{words.none}</p>}
      {tokens !== undefined && tokens.length > 0 && (
        <ul aria-label={words.title} className="flex flex-col divide-y rounded-card border bg-surface">
          {tokens.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              onRevoked={() => token.id === created?.id && setCreated(undefined)}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}
