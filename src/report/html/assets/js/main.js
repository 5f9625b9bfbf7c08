// Everything in its order. What `tiltyard` offers is for tests and for curious readers' consoles.
startTheme();
startCharts();
startTables();
startCurves();
startCosts();
startRanks();
startSweep();
startAgents();
window.tiltyard = { values, charts, curves };
