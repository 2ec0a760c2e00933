/**
 * What Thunderbird calls the provider. Translated when it is asked for: at the add-on's installation Thunderbird reads
 * the manifest before it knows the schema that says so.
 */
export function providerName(extension: GeckoExtension): string {
  return extension.localize(extension.manifest.calendar_provider?.name ?? extension.name);
}
