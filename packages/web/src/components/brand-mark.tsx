import { brandName } from "../texts/brand-name.ts";

const brand = document.querySelector<HTMLMetaElement>('meta[name="brand"]');

/**
 * Shows the logo and the name of the service above a form. If the operator has set a name for the service, the logo of Valet Key never
 * appears.
 */
export function BrandMark() {
  if (brand === null) return <img src="/icon.svg" alt={brandName} width={40} height={40} />;
  return (
    <>
      <BrandLogo className="h-10 max-w-60 object-contain" />
      <p dir="auto" className="break-words font-semibold">
        {brandName}
      </p>
    </>
  );
}

/** Shows the logo beside the name of the service. Screen readers read only the name, so the logo has no text. */
export function BrandLogo({ className }: { className: string }) {
  const src = brand === null ? "/icon.svg" : brand.dataset.logo;
  return src === undefined ? undefined : <img src={src} alt="" className={className} />;
}
