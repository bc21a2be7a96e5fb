export interface RouteDefinition {
  /** For example `GET /stages/{ownerId}`, `ANY /{path+}` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  /** Without one the route is open. */
  readonly authorizer?: { readonly issuer: string; readonly audience: readonly string[] };
  /** A token must have one of these; none asked for, none needed. */
  readonly scopes: readonly string[];
}

export interface RouteMatch {
  readonly route: RouteDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export type FindRoute = (method: string, path: string) => RouteMatch | undefined;

/** The most specific route wins: a literal part before `{x}`, that before `{x+}`, and a method before ANY. */
export function createRouter(routes: readonly RouteDefinition[]): FindRoute {
  const compiled = routes.map(compileRoute).sort((one, other) => (one.rank < other.rank ? 1 : -1));
  return (method, path) => {
    for (const { route, methods, pattern, names } of compiled) {
      const values = methods.includes(method) || methods === 'ANY' ? pattern.exec(path)?.slice(1) : undefined;
      if (values === undefined) continue;
      const parameters = names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]);
      return { route, pathParameters: Object.fromEntries(parameters) };
    }
    return undefined;
  };
}

function compileRoute(route: RouteDefinition) {
  if (route.routeKey === '$default') return { route, methods: 'ANY', pattern: /^/, names: [], rank: '' };
  const [methods = '', path = ''] = route.routeKey.split(' ');
  const segments = path.split('/').map((segment) => {
    const [, name, greedy] = /^\{(.+?)(\+)?\}$/.exec(segment) ?? [];
    if (name === undefined) return { source: segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), rank: '3' };
    return greedy === undefined ? { name, source: '([^/]+)', rank: '2' } : { name, source: '(.+)', rank: '1' };
  });
  return {
    route,
    methods,
    pattern: new RegExp(`^${segments.map(({ source }) => source).join('/')}$`),
    names: segments.flatMap(({ name }) => name ?? []),
    rank: `${segments.map(({ rank }) => rank).join('')}${methods === 'ANY' ? '0' : '1'}`,
  };
}
