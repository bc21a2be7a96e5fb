/** CPU time of this process, in milliseconds. */
export interface CpuTime {
  /** The thread that is asked. */
  readonly mainMs: number;
  /** All others, Node's and V8's own included. */
  readonly othersMs: number;
}

export function startCpuTime(): () => CpuTime {
  const [allBefore, mainBefore] = [process.cpuUsage(), process.threadCpuUsage()];
  return () => {
    const [all, main] = [process.cpuUsage(allBefore), process.threadCpuUsage(mainBefore)];
    const mainMs = (main.user + main.system) / 1000;
    return { mainMs, othersMs: (all.user + all.system) / 1000 - mainMs };
  };
}
