import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogIn } from "lucide-react";
import type { ComponentProps } from "react";
import { Button } from "../../components/button.tsx";
import { CardPage } from "../../components/page.tsx";
import { Problem } from "../../components/states.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { chooseLanguage, LANGUAGES, otherLanguages } from "../../texts/choose-language.ts";
import { accountTexts } from "../../texts/en/accounts.ts";
import { recovery } from "../../texts/en/recovery.ts";

export function AccountCard({ children, ...props }: ComponentProps<typeof CardPage>) {
  return (
    <CardPage {...props}>
      {children}
      <LanguageLinks />
    </CardPage>
  );
}

type OperatorHelpProps = { contact: string | null | undefined; hint: string; command: string };

/** Shows how to contact the operator, and the command that the operator runs. */
export function OperatorHelp({ contact, hint, command }: OperatorHelpProps) {
  return (
    <>
      {contact != null && (
        <p className="wrap-anywhere font-medium">
          <a
            href={/^https?:/.test(contact) ? contact : `mailto:${contact.replace(/^mailto:/, "")}`}
            className="text-accent underline underline-offset-2"
          >
            {contact}
          </a>
        </p>
      )}
      <details className="text-small">
        <summary className="cursor-pointer py-2 text-muted">{recovery.forgot.forOperator}</summary>
        <p className="mb-2">{hint}</p>
        <pre className="wrap-anywhere whitespace-pre-wrap rounded-card bg-sunken p-3 text-left font-mono">
          {command}
        </pre>
      </details>
    </>
  );
}

type OtherPageLinkProps = { question?: string; action: string; page: "/sign-in" | "/sign-up"; to: string };

export function OtherPageLink({ question, action, page, to }: OtherPageLinkProps) {
  return (
    <p className="mt-6 text-center text-muted text-small">
      {question}{" "}
      <Link to={page} search={to === "/" ? {} : { to }} className="text-accent underline">
        {action}
      </Link>
    </p>
  );
}

/** Links to the other languages, on pages where the user cannot open the settings. Each link has the language's own name. */
function LanguageLinks() {
  return (
    <p className="mt-8 flex justify-center gap-4">
      {otherLanguages.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          onClick={() => chooseLanguage(language)}
          className="px-2 py-1 text-muted text-small underline hover:text-ink"
        >
          {LANGUAGES[language]}
        </button>
      ))}
    </p>
  );
}

type ProviderButtonProps = { name: string; to: string; isOnly?: boolean };

/**
 * Signs in with an identity provider. After the sign-in, the browser opens the path `to`. `isOnly` says that the page has no form below the
 * button.
 */
export function ProviderButton({ name, to, isOnly = false }: ProviderButtonProps) {
  const start = useMutation({
    mutationFn: () => accountCalls.startOidc(to),
    onSuccess: ({ url }) => location.assign(url),
  });
  // The button stays disabled until the browser leaves the page.
  const isLeaving = start.isPending || start.isSuccess;
  return (
    <div className="flex flex-col gap-4">
      {start.isError && <Problem error={start.error} />}
      <Button kind={isOnly ? "primary" : "outline"} disabled={isLeaving} onClick={() => start.mutate()}>
        <LogIn size={16} />
        {accountTexts.continueWith(name)}
      </Button>
      {!isOnly && (
        <div className="mb-4 flex items-center gap-3 text-muted text-small">
          <hr className="grow" />
          {accountTexts.or}
          <hr className="grow" />
        </div>
      )}
    </div>
  );
}
