// Package scale shows what searches cost as a registry grows. It holds no code
// but its benchmark, which puts the searches of an EHR, an analyst and an attacker
// to registries of 10,000, 100,000 and 1,000,000 resources:
//
//	go test -run '^$' -bench 'Scale/./ehr' -benchtime 1s ./server/loadtest/scale | tee scale.txt
//	go test -run '^$' -bench 'Scale/./(analyst|attacker)' -benchtime 30x -timeout 1h ./server/loadtest/scale | tee -a scale.txt
//	go run ./server/loadtest/scale/table < scale.txt
//
// A search that finds as many in each should cost the same in each. What has to
// go through more where there is more, and how soon that is refused, shows in the
// same table.
//
// The searches are asked of resources.Service over the embedded store in this
// process, since connections and the writing of answers would hide what the
// search itself costs. Their values are drawn at random from the whole population.
// The store may keep 1 MiB of blocks and the places of 4,096 ids in memory, at
// every size far less than there is, so that blocks are read and decompressed.
// Whether the operating system has them in memory is up to it.
//
// Registries are made once and kept in the folder that JENNER_SCALE_FOLDER
// names, by default jenner-scale among the temporary files; -bench Scale/10k
// needs only the smallest. Another generator makes others, and a store that is
// indexed otherwise indexes them anew.
package scale
