package importer

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// What takes no longer than quiet shows no progress.
const (
	quiet     = 2 * time.Second
	drawEvery = 200 * time.Millisecond
	logEvery  = 10 * time.Second
)

// showProgress shows how much is read of what there is, until stop is called:
// by a bar on the terminal, or by lines in the log when there is none.
func (r *run) showProgress() (stop func()) {
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		if r.Terminal != nil {
			r.drawBar(ended)
		} else {
			r.logLines(ended)
		}
	})
	return func() {
		close(ended)
		shown.Wait()
	}
}

func (r *run) drawBar(ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-time.After(quiet):
	}
	bar := progressbar.NewOptions64(r.read.total.Load(),
		progressbar.OptionSetWriter(r.Terminal),
		progressbar.OptionSetDescription("importing"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)
	draw := func() {
		bar.ChangeMax64(r.read.total.Load())
		bar.Set64(r.read.done.Load())
	}
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		draw()
		select {
		case <-ended:
			bar.Finish()
			return
		case <-tick.C:
		}
	}
}

func (r *run) logLines(ended <-chan struct{}) {
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
			r.Log.Info("importing", "bytesRead", r.read.done.Load(), "ofBytes", r.read.total.Load())
		}
	}
}
