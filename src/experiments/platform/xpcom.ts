/** Typed access to XPCOM components by contract id and interface name. */

/** @throws Error when this Thunderbird has no such component */
export function createInstance<T>(contract: string, iid: string): T {
  return component(contract).createInstance(interfaceOf(iid)) as T;
}

/** @throws Error when this Thunderbird has no such component */
export function getService<T>(contract: string, iid: string): T {
  return component(contract).getService(interfaceOf(iid)) as T;
}

/** An object by one of its interfaces. @throws Error when it has no such interface */
export function queryInterface<T>(object: unknown, iid: string): T {
  return (object as Required<nsISupports>).QueryInterface(interfaceOf(iid)) as T;
}

/** The constants of an interface. */
export function constants<T>(iid: string): T {
  return interfaceOf(iid) as unknown as T;
}

function component(contract: string) {
  const found = Cc[contract];
  if (!found) throw new Error(`no component ${contract}`);
  return found;
}

function interfaceOf(name: string): nsIID {
  const found = Ci[name];
  if (!found) throw new Error(`no interface ${name}`);
  return found;
}
